"""Files as documents or examples: read, mended where they were decoded wrongly, and hashed.

A text file is one document; a row of a CSV file, an object of a JSONL file and a line are examples. What was
changed on the way is told in `notes`, so that nothing happens to a text in silence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import ftfy
import msgspec

from playground.api import InvalidInput

EXAMPLES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""Formats by the ends of file names; every other file is text."""
OPTIONS = ("column", "label_column")
"""Which option names each column that is read."""
STRAIGHT = str.maketrans("‘’‚“”„–—", "'''\"\"\"--")


class Reading(Protocol):
    """The part of a recipe that says how files are read."""

    @property
    def format(self) -> str: ...
    @property
    def column(self) -> str: ...
    @property
    def repair(self) -> bool: ...
    @property
    def non_ascii(self) -> str: ...
    @property
    def prefix(self) -> str: ...


@dataclass(frozen=True)
class Corpus:
    """The texts of some files in their order. `examples`: each stands for itself, unlike a document."""

    texts: tuple[str, ...]
    examples: bool
    names: tuple[str, ...]
    sha256: str
    """Of the bytes of all files."""
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """Of each text, where a column of labels was read."""

    @property
    def characters(self) -> int:
        return sum(map(len, self.texts))


@dataclass
class _Changes:
    """What was done to the texts, counted."""

    repaired: int = 0
    folded: int = 0
    dropped: int = 0
    empty: int = 0
    notes: list[str] = field(default_factory=list)

    def lines(self, what: str) -> tuple[str, ...]:
        counts = (
            (self.repaired, f"{what} had wrongly decoded characters, now mended"),
            (self.folded, "characters outside ASCII were written in ASCII"),
            (self.dropped, "characters outside ASCII were dropped"),
            (self.empty, f"{what} were empty and left out"),
        )
        return tuple(f"{count:,} {told}" for count, told in counts if count)


def read(files: Sequence[Path], how: Reading, label_column: str = "") -> Corpus:
    """The corpus in `files`, with a label for each example where `label_column` names their column.

    Raises InvalidInput naming the file that cannot be read or holds no text, the byte that is not UTF-8,
    the column or the label that is not there, or the character that is refused.
    """
    if not files:
        raise InvalidInput("there is no text to train on", "name one or more text files")
    kinds = {_kind(path, how) for path in files}
    if len(kinds - {"text"}) and "text" in kinds:
        raise InvalidInput(
            "texts and examples cannot be mixed in one training",
            "give files of one kind, or say which by format",
        )
    contents = [_bytes(path) for path in files]
    changes = _Changes()
    examples = "text" not in kinds
    columns = (how.column, label_column) if label_column else (how.column,)
    kept = [
        (text, *label)
        for path, content in zip(files, contents, strict=True)
        for raw, *label in _rows(path, content, how, columns)
        if (text := _cleaned(raw, how, changes, examples))
    ]
    texts = tuple(row[0] for row in kept)
    if not texts:
        raise InvalidInput("there is no text to train on: the files are empty")
    digest = hashlib.sha256(b"".join(contents)).hexdigest()
    if examples and how.prefix:
        texts = tuple(how.prefix + text for text in texts)
    what = "examples" if examples else "documents"
    return Corpus(
        texts,
        examples,
        tuple(path.name for path in files),
        digest,
        changes.lines(what),
        labels=tuple(row[1] for row in kept) if label_column else (),
    )


def _kind(path: Path, how: Reading) -> str:
    return how.format if how.format != "auto" else EXAMPLES.get(path.suffix.lower(), "text")


def _rows(
    path: Path, content: bytes, how: Reading, columns: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """What stands in the `columns`: a text, and its label where labels are read."""
    text = _decoded(path, content)
    kind = _kind(path, how)
    if kind == "csv":
        yield from _csv(path, text, columns)
    elif kind == "jsonl":
        yield from _jsonl(path, text, columns)
    elif len(columns) > 1:
        raise InvalidInput(
            f"{path} has no columns, so its texts have no labels",
            "give CSV or JSONL files, or say by format that it is one",
        )
    else:
        yield from ((line,) for line in (text.splitlines() if kind == "lines" else [text]))


def _csv(path: Path, text: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    csv.field_size_limit(2**30)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    names = rows.fieldnames or []
    for column, option in zip(columns, OPTIONS, strict=False):
        if column not in names:
            there = ", ".join(names) or "nothing"
            raise InvalidInput(
                f"{path} has no column {column!r}; its first line names {there}",
                f"say which by {option}",
            )
    for row in rows:
        entry, *label = (row[column] or "" for column in columns)
        yield entry, *(_label(value, f"{path}, line {rows.line_num}", columns) for value in label)


def _label(value: Any, where: str, columns: Sequence[str]) -> str:
    """A label is a text or a whole number."""
    label = str(value).strip() if isinstance(value, str | int) else ""
    if not label:
        raise InvalidInput(
            f"{where} has no label in {columns[1]!r}", "label every example, or leave it out"
        )
    return label


def _jsonl(path: Path, text: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    column = columns[0]
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry: Any = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise InvalidInput(f"{path}, line {number}: {error}") from None
        if not isinstance(entry, dict) or not isinstance(entry.get(column), str):
            raise InvalidInput(
                f"{path}, line {number} has no text in a field {column!r}", "say which by column"
            )
        labels = (entry.get(name) for name in columns[1:])
        yield entry[column], *(_label(it, f"{path}, line {number}", columns) for it in labels)


def _cleaned(text: str, how: Reading, changes: _Changes, examples: bool) -> str:
    if how.repair and not text.isascii():
        mended = ftfy.fix_encoding(text)
        changes.repaired += mended != text
        text = mended
    if how.non_ascii != "keep" and not text.isascii():
        text = _ascii(text, how.non_ascii, changes)
    if examples:
        text = text.strip()
    if not text:
        changes.empty += 1
    return text


def _ascii(text: str, policy: str, changes: _Changes) -> str:
    if policy == "refuse":
        position = next(i for i, character in enumerate(text) if not character.isascii())
        raise InvalidInput(
            f"{text[position]!r} (U+{ord(text[position]):04X}) is not ASCII, and non_ascii is refuse",
            "fold or drop such characters: non_ascii",
        )
    outside = sum(not character.isascii() for character in text)
    if policy == "fold":
        text = unicodedata.normalize("NFKD", text.translate(STRAIGHT))
        text = "".join(c for c in text if not unicodedata.combining(c))
    left = sum(not character.isascii() for character in text)
    changes.folded += outside - left
    changes.dropped += left
    return text.encode("ascii", "ignore").decode()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _decoded(path: Path, content: bytes) -> str:
    if b"\0" in content:
        raise InvalidInput(
            f"{path} is not text: byte 0 at offset {content.index(0)}", "give text files"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{path} is not UTF-8: byte {content[error.start]:#04x} at offset {error.start}",
            "convert it, for example with `iconv -t UTF-8`",
        ) from None
