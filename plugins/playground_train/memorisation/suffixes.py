"""What stands in a buffer verbatim: a suffix array (libdivsufsort) in files that are mapped, not read."""

from __future__ import annotations

import bisect
import mmap
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy import ndarray

BUFFER, SUFFIXES, BEGINNINGS = "buffer", "suffixes.npy", "beginnings.npy"
SHORT = 24
"""Bytes that are looked for first: few places of a text have more in common, and short ones compare fast."""
LONGEST_MATCH = 4096
"""Bytes that a match is followed."""


@dataclass(frozen=True)
class Reach:
    """For each character of a text: up to which one the text from it on stands in the buffer, and from which
    byte of the buffer on."""

    ends: list[int]
    places: list[int]

    def of_beginning(self, length: int) -> Reach:
        """Of the first `length` characters of the text."""
        ends = [min(end, length) for end in self.ends[:length]]
        return Reach(ends, self.places[:length])


class Suffixes:
    """The buffer of an index's folder, and its suffixes in order."""

    def __init__(self, folder: Path) -> None:
        with (folder / BUFFER).open("rb") as file:
            self.buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        # A scalar of a memoryview is read several times faster than one of an array.
        self._places = mapped(folder / SUFFIXES)
        self._beginnings = mapped(folder / BEGINNINGS)

    def match(self, pattern: bytes) -> tuple[int, int]:
        """How many bytes the longest beginning of `pattern` in the buffer has, and where that stands."""
        best, place = self._match(pattern[:SHORT])
        return self._match(pattern) if best == SHORT else (best, place)

    def reach(self, text: str) -> Reach:
        """How far each character of a text can be followed."""
        # A byte 0 is between items: no text can match it.
        text = text.replace("\0", "\ufffe")
        content = text.encode("utf-8", "surrogatepass")
        widths = [len(c.encode("utf-8", "surrogatepass")) for c in text]
        first = [0, *accumulate(widths)]
        at_byte = {byte: character for character, byte in enumerate(first)}
        ends, places = [], []
        for start in first[:-1]:
            size, place = self.match(content[start : start + LONGEST_MATCH])
            end = start + size
            while end not in at_byte:  # in the middle of a character
                end -= 1
            ends.append(at_byte[end])
            places.append(place)
        return Reach(ends, places)

    def items_beginning_with(self, cue: bytes) -> int:
        """How many items begin with `cue`."""
        if not cue:
            return 0
        ranks = self._beginnings
        last = bisect.bisect_left(ranks, self._rank(cue + b"\xff"))
        return last - bisect.bisect_left(ranks, self._rank(cue))

    def _match(self, pattern: bytes) -> tuple[int, int]:
        rank = self._rank(pattern)
        best, place = 0, 0
        for near in (rank - 1, rank):
            if 0 <= near < len(self._places):
                start = self._places[near]
                size = _common(self.buffer[start : start + len(pattern)], pattern)
                if size > best:
                    best, place = size, start
        return best, place

    def _rank(self, pattern: bytes) -> int:
        """How many suffixes come before `pattern`."""
        size, buffer = len(pattern), self.buffer
        return bisect.bisect_left(self._places, pattern, key=lambda at: buffer[at : at + size])


def write_suffixes(folder: Path, buffer: bytes, starts: ndarray) -> None:
    """Sort the suffixes of `buffer`, and note the ranks of those with which items start."""
    from pydivsufsort import divsufsort

    (folder / BUFFER).write_bytes(buffer)
    suffixes = divsufsort(buffer)
    np.save(folder / SUFFIXES, suffixes)
    begins = np.zeros(len(buffer), dtype=bool)
    begins[starts] = True
    np.save(folder / BEGINNINGS, np.flatnonzero(begins[suffixes]))


def mapped(file: Path) -> memoryview:
    """The numbers of a file, (n,) or (rows, n), read as they are touched."""
    return memoryview(np.load(file, mmap_mode="r"))


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    if one == other[: len(one)]:
        return len(one)
    low, high = 0, len(one)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle)
    return low
