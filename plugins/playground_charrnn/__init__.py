"""char-RNN: recurrent networks over characters, decoded in numpy and trained in torch.

Importing this package imports neither; each comes with the first model that is loaded or trained.
"""

from __future__ import annotations

from pathlib import Path

from playground.api import Backend, ModelSource, hookimpl
from playground.api.training import Trainer
from playground_charrnn.backend import CharRnnBackend
from playground_charrnn.recipe import CharRnnTrainer

__all__ = ["CharRnnBackend", "CharRnnTrainer"]

MODELS = Path(__file__).with_name("models")


@hookimpl
def register_backends() -> list[Backend]:
    return [CharRnnBackend()]


@hookimpl
def register_models() -> list[ModelSource]:
    return [
        ModelSource(
            name="shakespeare",
            summary="a char-RNN that has read Shakespeare; ships with the playground",
            folder=MODELS / "shakespeare",
        )
    ]


@hookimpl
def register_trainers() -> list[type[Trainer]]:
    return [CharRnnTrainer]
