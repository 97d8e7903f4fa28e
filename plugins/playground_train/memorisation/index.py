"""An index over data, kept in a cache folder under the hash of the data: whole, or not there.

A suffix array (libdivsufsort) answers what stands in it verbatim, BM25 (bm25s) what is near. Files are
mapped, not read: an index of 50 MB opens at once, and costs the memory that is touched.
"""

from __future__ import annotations

import bisect
import hashlib
import mmap
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from playground.api import InvalidInput
from playground.api.memory import Against, Tell
from playground_train.memorisation.items import Item, gather
from playground_train.memorisation.words import terms

LAYOUT = 1
"""Counts the changes of what is written below."""
SHORT = 24
"""Bytes that are looked for first: few places of a text have more in common, and short ones compare fast."""
MOST_BYTES = 1 << 30
"""Data an index takes: building it needs some ten times as much memory."""


class Meta(msgspec.Struct, frozen=True):
    """What is known of an index beside its arrays."""

    items: list[Item]
    files: list[str]
    examples: bool
    held_out: str
    notes: list[str]
    sha256: str


class Index:
    """An index that is open."""

    def __init__(self, folder: Path) -> None:
        self.meta = msgspec.msgpack.decode((folder / "meta").read_bytes(), type=Meta)
        with (folder / "buffer").open("rb") as file:
            self.buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.suffixes = np.load(folder / "suffixes.npy", mmap_mode="r")
        # A scalar of a memoryview is read several times faster than one of an array.
        self._suffixes = memoryview(self.suffixes)
        self._starts = [item.start for item in self.meta.items]
        self._nearest = _bm25().load(folder / "bm25", mmap=True)

    def match(self, pattern: bytes) -> tuple[int, int]:
        """How many bytes the longest beginning of `pattern` in the data has, and where that stands."""
        best, place = self._match(pattern[:SHORT])
        return self._match(pattern) if best == SHORT else (best, place)

    def _match(self, pattern: bytes) -> tuple[int, int]:
        rank = self._rank(pattern)
        best, place = 0, 0
        for near in (rank - 1, rank):
            if 0 <= near < len(self._suffixes):
                start = self._suffixes[near]
                size = _common(self.buffer[start : start + len(pattern)], pattern)
                if size > best:
                    best, place = size, start
        return best, place

    def beginning_with(self, cue: bytes) -> int:
        """How many items begin with `cue`."""
        found = self.suffixes[self._rank(cue) : self._rank(cue + b"\xff")]
        return int(np.isin(found, self._starts).sum()) if cue else 0

    def item_at(self, place: int) -> Item:
        """The item in which a byte of the buffer stands."""
        return self.meta.items[max(0, bisect.bisect_right(self._starts, place) - 1)]

    def text_of(self, item: Item) -> str:
        return self.buffer[item.start : item.end].decode("utf-8", "replace").strip()

    def source(self, item: Item, place: int) -> str:
        """The file, and the line or example."""
        name = self.meta.files[item.file]
        if self.meta.examples:
            return f"{name}, example {item.number:,}"
        line = item.number + self.buffer[item.start : place].count(b"\n")
        return f"{name}, line {line:,}"

    def nearest(self, text: str) -> tuple[Item, float] | None:
        """The item with the most in common, and its score; None where it has no word of `text`."""
        known = self._nearest.vocab_dict
        wanted = [known[term] for term in dict.fromkeys(terms(text)) if term in known]
        if not wanted:
            return None
        with np.errstate(invalid="ignore"):  # an item without words has a length of zero
            scores = np.nan_to_num(self._nearest.get_scores_from_ids(wanted))
        best = int(np.argmax(scores))
        return self.meta.items[best], float(scores[best])

    def _rank(self, pattern: bytes) -> int:
        """How many suffixes come before `pattern`."""
        size, buffer = len(pattern), self.buffer
        return bisect.bisect_left(self._suffixes, pattern, key=lambda at: buffer[at : at + size])


def open_index(against: Against, cache: Path, tell: Tell) -> Index:
    """The index of the data, built now if it is not in the cache. Raises InvalidInput for no data."""
    sha256 = _hash(against)
    folder = cache / "memcheck" / f"{sha256[:32]}-v{LAYOUT}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
        try:
            _build(partial, against, sha256, tell)
            _move(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return Index(folder)


def _hash(against: Against) -> str:
    """Of all that an index is made of: files, their names, how they are read, what is held out."""
    digest = hashlib.sha256()
    files = [*against.files, *([against.held_out] if against.held_out else [])]
    for path in files:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    how = (against.format, against.column, against.share, [path.name for path in files])
    digest.update(msgspec.json.encode((*how, against.held_out is None)))
    return digest.hexdigest()


def _build(folder: Path, against: Against, sha256: str, tell: Tell) -> None:
    from pydivsufsort import divsufsort

    size = sum(path.stat().st_size for path in against.files)
    if size > MOST_BYTES:
        raise InvalidInput(f"{size:,} bytes are too many to index", "check against 1 GiB at most")
    tell(f"building an index of {size / 1e6:,.1f} MB, once: reading (1 of 3)")
    data = gather(against)
    (folder / "buffer").write_bytes(data.buffer)
    tell("building the index: sorting all suffixes (2 of 3)")
    np.save(folder / "suffixes.npy", divsufsort(data.buffer))
    tell(f"building the index: the words of {len(data.items):,} items (3 of 3)")
    nearest = _bm25()()
    nearest.index(_ids(data.buffer, data.items), show_progress=False)
    nearest.save(folder / "bm25")
    meta = Meta(data.items, data.files, data.examples, data.held_out, data.notes, sha256)
    (folder / "meta").write_bytes(msgspec.msgpack.encode(meta))


def _ids(buffer: bytes, items: list[Item]) -> tuple[list[list[int]], dict[str, int]]:
    """The terms of each item as numbers, and the numbers of all terms."""
    vocabulary: dict[str, int] = {}
    ids = [
        [
            vocabulary.setdefault(term, len(vocabulary))
            for term in terms(buffer[item.start : item.end].decode("utf-8", "replace"))
        ]
        for item in items
    ]
    vocabulary.setdefault("", len(vocabulary))
    return ids, vocabulary


def _move(partial: Path, folder: Path) -> None:
    for path in [*partial.rglob("*"), partial]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    try:
        os.replace(partial, folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster
            raise


def _bm25() -> Any:
    from bm25s import BM25

    return BM25


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    if one == other[: len(one)]:
        return len(one)
    low, high = 0, len(one)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle)
    return low
