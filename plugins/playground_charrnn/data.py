"""Text files as training streams: what is read at a step is a pure function of the seed and the step.

The training text is cut into as many contiguous streams as a batch has rows, so that a row's state can be
carried from step to step. Every pass over the text begins elsewhere, so the cuts fall in other places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground.api import InvalidInput


@dataclass(frozen=True)
class Corpus:
    """The text of some files, read in order as one, and the hash of their bytes."""

    text: str
    names: tuple[str, ...]
    sha256: str

    @classmethod
    def read(cls, files: Sequence[Path]) -> Corpus:
        """Read UTF-8 files; line ends stay as they are.

        Raises InvalidInput naming the file that cannot be read, or the byte that is not UTF-8.
        """
        if not files:
            raise InvalidInput("there is no text to train on", "name one or more text files")
        contents = [_bytes(path) for path in files]
        texts = [_text(path, content) for path, content in zip(files, contents, strict=True)]
        digest = hashlib.sha256(b"".join(contents)).hexdigest()
        return cls("".join(texts), tuple(path.name for path in files), digest)


@dataclass(frozen=True)
class Batch:
    """What one step reads: `inputs` and the `targets` that follow them, both (rows, time)."""

    inputs: np.ndarray
    targets: np.ndarray
    fresh: bool
    """Whether a pass over the text begins here, so that the carried state does not apply."""


@dataclass(frozen=True)
class Streams:
    """The training text as contiguous streams, one per row of a batch."""

    ids: np.ndarray  # (characters,)
    rows: int
    time: int
    seed: int

    def __post_init__(self) -> None:
        if self.steps_per_pass < 1:
            wanted = self.rows * self.time + 1
            raise InvalidInput(
                f"the text has {len(self.ids):,} characters to train on, and one step reads {wanted:,} "
                f"({self.rows} rows of {self.time})",
                "use more text, or a smaller batch_size or sequence_length",
            )

    @property
    def steps_per_pass(self) -> int:
        """Steps that read the text once."""
        return (len(self.ids) - 1) // (self.rows * self.time)

    def batch(self, step: int) -> Batch:
        """The batch of a step, counted from 0."""
        number, place = divmod(step, self.steps_per_pass)
        length = self.steps_per_pass * self.time  # of one row's stream
        starts = self._offset(number) + np.arange(self.rows)[:, None] * length  # (rows, 1)
        window = starts + place * self.time + np.arange(self.time + 1)  # (rows, time + 1)
        ids = np.take(self.ids, window, mode="wrap").astype(np.int64)
        return Batch(ids[:, :-1], ids[:, 1:], fresh=place == 0)

    def _offset(self, number: int) -> int:
        """Where pass `number` begins, anywhere in the text."""
        return int(np.random.default_rng([self.seed, number]).integers(len(self.ids)))


def split(ids: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """The text to train on, and its last `share` to validate on."""
    border = len(ids) - int(len(ids) * share)
    training, validation = ids[:border], ids[border:]
    if len(validation) < 2:
        raise InvalidInput(
            f"the last {share:.0%} of {len(ids):,} characters is too short to validate on",
            "use more text, or a larger validation_share",
        )
    return training, validation


@dataclass(frozen=True)
class Chunk:
    """A piece of held-out text in parallel rows; `counted` (rows, time) says which targets are scored."""

    inputs: np.ndarray
    targets: np.ndarray
    counted: np.ndarray


def validation_chunks(
    ids: np.ndarray, *, rows: int = 50, lead: int = 200, time: int = 200
) -> Iterator[Chunk]:
    """Held-out text for a carried state: every character but the first is scored once.

    One long stream is slow to read, so it is cut into parallel ones. Each begins with the `lead`
    characters before its own, unscored, from which the state recovers what the cut took.
    """
    scored = len(ids) - 1
    length = -(-scored // rows)  # characters scored in a row, rounded up
    places = np.arange(rows)[:, None] * length - lead + np.arange(lead + length)  # of inputs
    counted = places < scored
    counted[:, :lead] = False
    places = places.clip(0, scored - 1)
    for start in range(0, lead + length, time):
        window = places[:, start : start + time]
        yield Chunk(ids[window], ids[window + 1], counted[:, start : start + time])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{path} is not UTF-8: byte {content[error.start]:#04x} at offset {error.start}",
            "convert it, for example with `iconv -t UTF-8`",
        ) from None
