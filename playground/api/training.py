"""What a trainer offers: a recipe, and a run that reports as it goes.

A trainer is a frozen Struct whose annotated fields are its recipe, so that flags, validation and help derive
from one declaration; the model folder that it leaves behind is one that a backend loads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import msgspec


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """How far the run is. Losses are nats a token; `loss` is the mean since the last report."""

    step: int
    steps: int
    loss: float
    validation_loss: float | None
    """Set on the reports that follow an evaluation."""
    tokens_per_second: float
    eta_seconds: float


class Sampled(msgspec.Struct, frozen=True, kw_only=True, tag="sample"):
    """What the model writes at this point of its training."""

    step: int
    text: str


class Saved(msgspec.Struct, frozen=True, kw_only=True, tag="saved"):
    """A checkpoint is complete on disk: the run can be resumed from `step`."""

    step: int
    path: str


class Trained(msgspec.Struct, frozen=True, kw_only=True, tag="trained"):
    """The run is over; `path` is the model's folder."""

    path: str
    validation_loss: float
    """Of the weights as they are stored."""
    steps: int
    seconds: float
    """Spent training, over all resumed parts."""
    data_sha256: str


TrainingEvent = Progress | Sampled | Saved | Trained


class Trainer(msgspec.Struct, frozen=True):
    """A way to train a model from text files; the fields are the recipe."""

    name: ClassVar[str]
    summary: ClassVar[str]

    def train(
        self, files: Sequence[Path], out: Path, *, resume: bool = False, device: str = "auto"
    ) -> Iterator[TrainingEvent]:
        """Train on `files`, read as one text in the order given, into the model folder `out`.

        The run advances as the iterator is consumed. On KeyboardInterrupt, and when the iterator is
        closed, it saves what it has. `resume` goes on where the run in `out` stopped.

        Raises InvalidInput for data or a recipe that cannot be trained, for a folder that already holds
        a model, and for a run that cannot be resumed with this data or recipe.
        """
        raise NotImplementedError
