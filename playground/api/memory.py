"""Whether a text was memorised: what of it stands in the data, beside the same of text nobody trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

Tell = Callable[[str], None]
"""Takes a line on what is being done, such as how far an index is built."""


FORMATS = ("auto", "text", "lines", "csv", "jsonl")
"""How data can be read; auto: by the names of files."""


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """The data that texts are checked against, and how it is read."""

    files: tuple[Path, ...]
    format: str = "auto"
    column: str = "text"
    held_out: Path | None = None
    """Human text to compare with; without it a share of the data, which the index then leaves out."""
    share: float = 0.1
    """How much of the data is held out by hash."""


class MemoryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What of one text stands in the data. Tokens are words and single signs, with the spaces between."""

    characters: int
    longest: int
    """Characters of the longest common substring."""
    longest_text: str
    source: str
    """Where that stands: the file, and the line or example in it; empty where nothing is in common."""
    line: str
    """The line of the data in which it begins."""
    token_run: int
    """The most tokens in a row that stand in the data."""
    ngram_share: float | None
    """Of all runs of eight tokens, how many stand in the data; None for fewer than eight tokens."""
    same_cue: int
    """Items of the data that begin as the text does."""
    nearest: str
    """The example with the most words in common, by BM25."""
    nearest_source: str
    nearest_score: float
    spans: tuple[tuple[int, int], ...]
    """First character and the one after the last of what stands verbatim in the data, in order."""


class MemoryReport(msgspec.Struct, frozen=True, kw_only=True):
    """A text's figures, and those of human text of the same length that is not in the data."""

    text: MemoryFigures
    held_out: MemoryFigures
    held_out_source: str
    items: int
    """Examples or paragraphs that the index holds."""
    data_sha256: str
    notes: tuple[str, ...] = ()


class Check(Protocol):
    """`check(texts, cues, against, cache, tell)`: a report a text.

    A cue is what the text was to go on from; empty: the first words of the text. `cache` is a folder to keep
    indexes in. Raises InvalidInput for data or a text that cannot be checked.
    """

    def __call__(
        self, texts: Sequence[str], cues: Sequence[str], against: Against, cache: Path, tell: Tell
    ) -> list[MemoryReport]: ...


class MemoryCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A way to check; `path` is `module:function` of a `Check`, imported when it is called."""

    name: str
    summary: str
    path: str
