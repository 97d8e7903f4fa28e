"""Training: recipes, data, optimisation and runs that resume to the bit, for every kind of model here.

Importing this package imports neither numpy nor torch; they come with the first run.
"""

from __future__ import annotations

from playground.api import hookimpl
from playground.api.memory import MemoryCheck
from playground.api.training import Trainer
from playground_train.char_rnn import CharRnnTrainer
from playground_train.gpt import FineTuner, GptTrainer

__all__ = ["CharRnnTrainer", "FineTuner", "GptTrainer"]


@hookimpl
def register_trainers() -> list[type[Trainer]]:
    return [CharRnnTrainer, GptTrainer, FineTuner]


@hookimpl
def register_memory_checks() -> list[MemoryCheck]:
    return [
        MemoryCheck(
            name="verbatim",
            summary="What of a text stands in data, by a suffix array, and what is near, by BM25.",
            path="playground_train.memorisation.check:check",
        )
    ]
