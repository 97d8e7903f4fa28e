"""What a step reads, as a pure function of the seed and the number of the batch.

Streams go on from batch to batch for networks that carry a state; windows are cut from one long text and
packed sequences from examples, both in another order in every pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from playground.api import InvalidInput

IGNORED = -100
"""A target that is not scored, as torch calls it."""


@dataclass(frozen=True)
class Batch:
    """`inputs` and the `targets` that follow them, both (rows, time)."""

    inputs: np.ndarray
    targets: np.ndarray
    fresh: bool = True
    """Whether a pass over the text begins here, so that a carried state does not apply."""
    segments: np.ndarray | None = None
    """The number of each position's example (rows, time), where none may look into another one."""
    labels: np.ndarray | None = None
    """The label of each row (rows,), where that is what is guessed."""

    @property
    def counted(self) -> int:
        """What is guessed and scored: labels, or targets."""
        if self.labels is not None:
            return len(self.labels)
        return int((self.targets != IGNORED).sum())


class Batches(Protocol):
    """The training text, batch by batch."""

    @property
    def per_pass(self) -> int:
        """Batches that read the text once."""

    def batch(self, number: int) -> Batch:
        """A batch, counted from 0."""


@dataclass(frozen=True)
class Streams:
    """The training text as contiguous streams, one per row, whose state is carried.

    Every pass over the text begins elsewhere, so the cuts fall in other places.
    """

    ids: np.ndarray  # (characters,)
    rows: int
    time: int
    seed: int

    def __post_init__(self) -> None:
        if self.per_pass < 1:
            raise too_short(len(self.ids), self.rows, self.time)

    @property
    def per_pass(self) -> int:
        return (len(self.ids) - 1) // (self.rows * self.time)

    def batch(self, number: int) -> Batch:
        passed, place = divmod(number, self.per_pass)
        length = self.per_pass * self.time  # of one row's stream
        starts = self._offset(passed) + np.arange(self.rows)[:, None] * length  # (rows, 1)
        window = starts + place * self.time + np.arange(self.time + 1)  # (rows, time + 1)
        ids = np.take(self.ids, window, mode="wrap").astype(np.int64)
        return Batch(ids[:, :-1], ids[:, 1:], fresh=place == 0)

    def _offset(self, passed: int) -> int:
        """Where a pass begins, anywhere in the text."""
        return int(np.random.default_rng([self.seed, passed]).integers(len(self.ids)))


@dataclass
class _Order:
    """The order of one pass, remembered until the next."""

    seed: int
    size: int
    passed: int = -1
    places: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def of(self, passed: int) -> np.ndarray:
        if passed != self.passed:
            generator = np.random.default_rng([self.seed, passed])
            self.places, self.passed = generator.permutation(self.size), passed
        return self.places


@dataclass(frozen=True)
class Windows:
    """Windows of one long text at multiples of `stride`, shuffled; each pass begins elsewhere."""

    ids: np.ndarray  # (tokens,)
    rows: int
    time: int
    stride: int
    seed: int

    def __post_init__(self) -> None:
        if self.per_pass < 1:
            raise too_short(len(self.ids), self.rows, self.time)

    @cached_property
    def windows(self) -> int:
        """Windows of a pass, wherever it begins."""
        return max(0, (len(self.ids) - self.time - self.stride) // self.stride + 1)

    @property
    def per_pass(self) -> int:
        return self.windows // self.rows

    def batch(self, number: int) -> Batch:
        passed, place = divmod(number, self.per_pass)
        chosen = self._order.of(passed)[place * self.rows : (place + 1) * self.rows]
        offset = int(np.random.default_rng([self.seed, passed, 1]).integers(self.stride))
        window = (offset + chosen * self.stride)[:, None] + np.arange(self.time + 1)
        ids = self.ids[window].astype(np.int64)  # (rows, time + 1)
        return Batch(ids[:, :-1], ids[:, 1:])

    @cached_property
    def _order(self) -> _Order:
        return _Order(self.seed, self.windows)


@dataclass(frozen=True)
class Packed:
    """Sequences of whole examples, shuffled, padded to the longest of their batch.

    `isolated`: no position looks into another example or is scored on the first token of the next one.
    """

    sequences: Sequence[Sequence[np.ndarray]]
    rows: int
    seed: int
    isolated: bool

    def __post_init__(self) -> None:
        if self.per_pass < 1:
            raise InvalidInput(
                f"the examples fill {len(self.sequences):,} sequences, and a batch has {self.rows}",
                "use more examples, or a smaller batch_size or sequence_length",
            )

    @property
    def per_pass(self) -> int:
        return len(self.sequences) // self.rows

    def batch(self, number: int) -> Batch:
        passed, place = divmod(number, self.per_pass)
        chosen = self._order.of(passed)[place * self.rows : (place + 1) * self.rows]
        return padded([self.sequences[index] for index in chosen], isolated=self.isolated)

    @cached_property
    def _order(self) -> _Order:
        return _Order(self.seed, len(self.sequences))


@dataclass(frozen=True)
class Labelled:
    """Examples with their labels, shuffled, padded to the longest of their batch."""

    examples: Sequence[np.ndarray]
    labels: np.ndarray  # (examples,)
    rows: int
    seed: int

    def __post_init__(self) -> None:
        if self.per_pass < 1:
            raise InvalidInput(
                f"there are {len(self.examples):,} examples, and a batch has {self.rows}",
                "use more examples, or a smaller batch_size",
            )

    @property
    def per_pass(self) -> int:
        return len(self.examples) // self.rows

    def batch(self, number: int) -> Batch:
        passed, place = divmod(number, self.per_pass)
        return self.chosen(self._order.of(passed)[place * self.rows : (place + 1) * self.rows])

    def chosen(self, places: np.ndarray) -> Batch:
        """These examples. The last token of each has no target."""
        longest = max(len(self.examples[place]) for place in places)
        inputs = np.zeros((len(places), longest), np.int64)
        targets = np.full((len(places), longest), IGNORED, np.int64)
        for row, place in enumerate(places):
            ids = self.examples[place]
            inputs[row, : len(ids)] = ids
            targets[row, : len(ids) - 1] = ids[1:]
        return Batch(inputs, targets, labels=self.labels[places])

    @cached_property
    def _order(self) -> _Order:
        return _Order(self.seed, len(self.examples))


def padded(sequences: Sequence[Sequence[np.ndarray]], *, isolated: bool) -> Batch:
    """A batch of sequences of examples; what is padded is not scored."""
    longest = max(sum(map(len, sequence)) for sequence in sequences)
    ids = np.zeros((len(sequences), longest), np.int64)
    examples = np.full((len(sequences), longest), -1, np.int64)
    for row, sequence in enumerate(sequences):
        joined = np.concatenate(sequence)
        ids[row, : len(joined)] = joined
        examples[row, : len(joined)] = np.repeat(np.arange(len(sequence)), [*map(len, sequence)])
    targets = np.where(examples[:, 1:] >= 0, ids[:, 1:], IGNORED)
    if not isolated:
        return Batch(ids[:, :-1], targets)
    targets = np.where(examples[:, 1:] == examples[:, :-1], targets, IGNORED)
    return Batch(ids[:, :-1], targets, segments=examples[:, :-1])


def too_short(tokens: int, rows: int, time: int) -> InvalidInput:
    """The text does not fill one batch."""
    return InvalidInput(
        f"the text has {tokens:,} tokens to train on, and one batch reads {rows * time + 1:,} "
        f"({rows} rows of {time})",
        "use more text, or a smaller batch_size or sequence_length",
    )
