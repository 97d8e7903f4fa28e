"""What a trainer offers: a recipe, and a run that reports as it goes.

A trainer is a frozen Struct whose annotated fields are its recipe, so that flags, validation and help derive
from one declaration; the model folder that it leaves behind is one that a backend loads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from playground.api.errors import InvalidInput


class Prepared(msgspec.Struct, frozen=True, kw_only=True, tag="prepared"):
    """The data is read and the network made: what will be trained on what."""

    step: int
    """Where the run stands; above 0 where it is resumed."""
    steps: int
    parameters: int
    texts: int
    """Documents or examples."""
    characters: int
    training_tokens: int
    validation_tokens: int
    device: str
    notes: tuple[str, ...] = ()
    """What was done to the texts, a line each."""
    guesses: str = "token"
    """What losses are the mean over: a token, or the label of an example."""


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """How far the run is. Losses are nats a guess (`Prepared`); `loss` is the mean since the last report."""

    step: int
    steps: int
    loss: float
    validation_loss: float | None
    """Set on the reports that follow an evaluation."""
    tokens_per_second: float
    eta_seconds: float
    validation_bits_per_character: float | None = None
    """`validation_loss` in bits a character of the held-out text, where the trainer tells it."""
    learning_rate: float | None = None
    """Of the step that was taken last."""
    validation_accuracy: float | None = None
    """Share of the held-out examples whose label is right, where labels are learned."""


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
    validation_bits_per_character: float | None = None
    validation_accuracy: float | None = None


TrainingEvent = Prepared | Progress | Sampled | Saved | Trained


class DataPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe makes of data, before anything is trained."""

    texts: int
    """Documents or examples."""
    characters: int
    training_tokens: int
    validation_tokens: int
    batches_per_epoch: int
    padded_share: float
    """Of what batches read."""
    notes: tuple[str, ...]
    """What was mended, dropped or cut, a line each."""
    sequences: tuple[str, ...]
    """The first sequences that are read, as text."""


class Trainer(msgspec.Struct, frozen=True):
    """A way to train a model from text files; the fields are the recipe."""

    name: ClassVar[str]
    summary: ClassVar[str]
    recipes: ClassVar[Path | None] = None
    """Folder of recipes that ship with the trainer, `NAME.toml` each."""

    def train(
        self,
        files: Sequence[Path],
        out: Path,
        *,
        resume: bool = False,
        device: str = "auto",
        shard: bool = False,
    ) -> Iterator[TrainingEvent]:
        """Train on `files`, read as one text in the order given, into the model folder `out`.

        The run advances as the iterator is consumed. On KeyboardInterrupt, and when the iterator is
        closed, it saves what it has. A trainer may let a signal end its step first and raise then.
        `resume` goes on where the run in `out` stopped. `shard` divides the network among the processes
        that train it together; it changes no result, so that a run may be resumed with it or without.

        Raises InvalidInput for data or a recipe that cannot be trained, for a folder that already holds
        a model, for a run that cannot be resumed with this data or recipe, and where `shard` cannot be.
        """
        raise NotImplementedError

    def preview(self, files: Sequence[Path], count: int = 5) -> DataPreview:
        """What would be trained on, `count` sequences of it as text. Raises InvalidInput as `train` does."""
        raise InvalidInput(f"the trainer {self.name} shows no preview of its data")


NAMED = 3
"""Things of a list that are named, where it has more."""


def training_notes(training: Mapping[str, Any]) -> dict[str, str]:
    """What `training` in a model's `config.json` says of how it was made: `ModelCard.notes`, a line each."""
    return {key.replace("_", " "): _line(value) for key, value in training.items()}


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_line(item)}" for key, item in value.items())
    if isinstance(value, list):
        more = [f"and {len(value) - NAMED} more"] if len(value) > NAMED else []
        return ", ".join([*map(str, value[:NAMED]), *more])
    return str(value)
