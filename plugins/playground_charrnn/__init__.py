"""char-RNN: recurrent networks over characters, decoded in numpy.

Importing this package does not import it: it comes with the first model that is loaded. Training is
`playground_train`, which takes the same network in torch from here.
"""

from __future__ import annotations

from pathlib import Path

from playground.api import Backend, ModelSource, hookimpl
from playground_charrnn.backend import CharRnnBackend

__all__ = ["CharRnnBackend"]

MODELS = Path(__file__).with_name("models")


@hookimpl
def register_backends() -> list[Backend]:
    return [CharRnnBackend()]


@hookimpl
def register_models() -> list[ModelSource]:
    return [
        ModelSource(
            name="shakespeare-rnn",
            summary="a char-RNN that has read Shakespeare; ships with the playground",
            folder=MODELS / "shakespeare-rnn",
        )
    ]
