"""An index over data, kept in a cache folder under the hash of the data: whole, or not there.

What stands in the data verbatim is told by its suffixes, what is near by BM25, and what of the held-out text
stands there is looked up once, when the index is built. Files are mapped, not read: an index of 50 MB opens
at once, and costs the memory that is touched.
"""

from __future__ import annotations

import bisect
import hashlib
from pathlib import Path

import msgspec
import numpy as np

from playground.api import InvalidInput
from playground.api.memory import Against, Tell
from playground_train.memorisation.building import build_whole
from playground_train.memorisation.items import Item, gather
from playground_train.memorisation.nearest import Nearest, write_nearest
from playground_train.memorisation.suffixes import Reach, Suffixes, write_suffixes

LAYOUT = 2
"""Counts the changes of what is written below."""
META, ITEMS, HELD_OUT = "meta", "items.npy", "held_out.npy"
MOST_BYTES = 1 << 30
"""Data an index takes: building it needs some ten times as much memory."""
MOST_CHARACTERS = 100_000
"""Of a text that is checked, and so of the held-out text that it can stand beside."""


class Meta(msgspec.Struct, frozen=True):
    """What is known of an index beside its arrays."""

    files: list[str]
    examples: bool
    items: int
    held_out: str
    notes: list[str]
    sha256: str


class Index:
    """An index that is open."""

    def __init__(self, folder: Path) -> None:
        self.meta = msgspec.msgpack.decode((folder / META).read_bytes(), type=Meta)
        self._suffixes = Suffixes(folder)
        self._nearest = Nearest(folder, self.meta.items)
        self._held_out = np.load(folder / HELD_OUT, mmap_mode="r")  # (2, characters): ends, places
        items = np.load(folder / ITEMS, mmap_mode="r")  # (4, items): the fields of Item
        self._items = [memoryview(column) for column in items]
        self.buffer = self._suffixes.buffer
        self.reach = self._suffixes.reach
        self.items_beginning_with = self._suffixes.items_beginning_with

    def held_out(self, length: int) -> tuple[str, Reach]:
        """As much held-out text as there is, up to `length` characters, and how far it can be followed."""
        ends, places = self._held_out[:, :length].tolist()
        return self.meta.held_out[:length], Reach(ends, places).of_beginning(length)

    def item_at(self, place: int) -> Item:
        """The item in which a byte of the buffer stands."""
        return self._item(max(0, bisect.bisect_right(self._items[0], place) - 1))

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
        found = self._nearest.best(text)
        return (self._item(found[0]), found[1]) if found else None

    def _item(self, number: int) -> Item:
        start, end, file, line = (column[number] for column in self._items)
        return Item(start, end, file, line)


def open_index(against: Against, cache: Path, tell: Tell) -> Index:
    """The index of the data, built now if it is not in the cache. Raises InvalidInput for no data."""
    sha256 = _hash(against)
    folder = cache / "memcheck" / f"{sha256[:32]}-v{LAYOUT}"
    if not folder.is_dir():
        build_whole(folder, lambda partial: _build(partial, against, sha256, tell))
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
    size = sum(path.stat().st_size for path in against.files)
    if size > MOST_BYTES:
        raise InvalidInput(f"{size:,} bytes are too many to index", "check against 1 GiB at most")
    tell(f"building an index of {size / 1e6:,.1f} MB, once: reading (1 of 3)")
    data = gather(against)
    tell("building the index: sorting all suffixes (2 of 3)")
    items = np.array([msgspec.structs.astuple(item) for item in data.items], dtype=np.int64).T
    np.save(folder / ITEMS, np.ascontiguousarray(items))
    write_suffixes(folder, data.buffer, items[0])
    held_out = data.held_out[:MOST_CHARACTERS]
    reach = Suffixes(folder).reach(held_out)
    np.save(folder / HELD_OUT, np.array([reach.ends, reach.places], dtype=np.int64))
    tell(f"building the index: the words of {len(data.items):,} items (3 of 3)")
    texts = (data.buffer[item.start : item.end].decode("utf-8", "replace") for item in data.items)
    write_nearest(folder, texts)
    meta = Meta(data.files, data.examples, len(data.items), held_out, data.notes, sha256)
    (folder / META).write_bytes(msgspec.msgpack.encode(meta))
