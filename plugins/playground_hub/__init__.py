"""Any causal or masked model of `transformers`, from a folder or the hub, that no backend of ours knows.

Importing this package imports neither torch nor transformers; they come with the first model that
is loaded.
"""

from __future__ import annotations

from playground.api import Backend, ModelSource, hookimpl
from playground_hub.backend import HubBackend

__all__ = ["HubBackend"]


@hookimpl(trylast=True)
def register_backends() -> list[Backend]:
    return [HubBackend()]


@hookimpl
def register_models() -> list[ModelSource]:
    bert = "google-bert/bert-base-uncased"
    summary = "BERT, 110 million parameters, lower-cased: fills gaps"
    return [ModelSource(name="bert", repository=bert, summary=summary)]
