"""Any causal model of `transformers` from a local folder, for those that no backend of ours knows.

Importing this package imports neither torch nor transformers; they come with the first model that
is loaded.
"""

from __future__ import annotations

from playground.api import Backend, hookimpl
from playground_hub.backend import HubBackend

__all__ = ["HubBackend"]


@hookimpl(trylast=True)
def register_backends() -> list[Backend]:
    return [HubBackend()]
