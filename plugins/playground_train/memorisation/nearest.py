"""Which item has the most words in common with a text: BM25 (Robertson et al. 1994), weights by bm25s.

Its own loading reads a vocabulary whole; here terms are looked up in a sorted file, and the weights of those
that a text has are all that is read.
"""

from __future__ import annotations

import bisect
import mmap
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from playground_train.memorisation.suffixes import mapped
from playground_train.memorisation.words import terms

TERMS, ENDS, IDS = "terms", "term_ends.npy", "term_ids.npy"
WEIGHTS, ITEMS, BEGINS = "weights.npy", "weight_items.npy", "weight_begins.npy"


class Nearest:
    """The weight of every term in every item that has it, in an index's folder."""

    def __init__(self, folder: Path, items: int) -> None:
        with (folder / TERMS).open("rb") as file:
            self._terms = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._ends, self._ids = mapped(folder / ENDS), mapped(folder / IDS)
        self._begins = mapped(folder / BEGINS)
        self._weights = np.asarray(mapped(folder / WEIGHTS))  # (weights,), term after term
        self._items = np.asarray(mapped(folder / ITEMS))  # (weights,): whose each one is
        self._count = items

    def best(self, text: str) -> tuple[int, float] | None:
        """The item with the most in common, and its score; None where no item has a word of `text`."""
        found = [self._find(term.encode()) for term in dict.fromkeys(terms(text))]
        wanted = [id_ for id_ in found if id_ is not None]
        if not wanted:
            return None
        scores = np.zeros(self._count, dtype=np.float32)
        for id_ in wanted:
            part = slice(self._begins[id_], self._begins[id_ + 1])
            np.add.at(scores, self._items[part], self._weights[part])  # makes no arrays on the way
        best = int(np.argmax(scores))
        return best, float(scores[best])

    def _find(self, term: bytes) -> int | None:
        place = bisect.bisect_left(range(len(self._ends)), term, key=self._term)
        known = place < len(self._ends) and self._term(place) == term
        return self._ids[place] if known else None

    def _term(self, place: int) -> bytes:
        return self._terms[self._ends[place - 1] if place else 0 : self._ends[place]]


def write_nearest(folder: Path, texts: Iterable[str]) -> None:
    """Weigh the terms of every item, whose texts are given in their order."""
    from bm25s import BM25

    vocabulary: dict[str, int] = {}
    ids = [[vocabulary.setdefault(t, len(vocabulary)) for t in terms(text)] for text in texts]
    vocabulary.setdefault("", len(vocabulary))  # no text has it; without a term there is no index
    nearest = BM25()
    with np.errstate(
        invalid="ignore"
    ):  # items none of which has a word are zero words long on average
        nearest.index((ids, vocabulary), show_progress=False)
    np.save(folder / WEIGHTS, np.nan_to_num(nearest.scores["data"]))
    np.save(folder / ITEMS, nearest.scores["indices"])
    np.save(folder / BEGINS, np.asarray(nearest.scores["indptr"], dtype=np.int64))
    known = sorted((term.encode(), id_) for term, id_ in vocabulary.items())
    spelt = b"".join(term for term, _ in known)
    (folder / TERMS).write_bytes(spelt or b"\0")  # an empty file cannot be mapped
    np.save(folder / ENDS, np.cumsum([len(term) for term, _ in known], dtype=np.int64))
    np.save(folder / IDS, np.array([id_ for _, id_ in known], dtype=np.int64))
