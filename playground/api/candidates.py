"""The tokens still standing and their scores: all at first, fewer after every truncation.

So the funnel ("what did each stage remove?") is the data structure itself, and a stage after the
first truncation costs next to nothing. It knows nothing of text, models or randomness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from weakref import ref

import numpy as np
from numpy import ndarray


class Candidates:
    """A distribution over some of the vocabulary's tokens. A value: methods return new ones.

    scores: (n,) float32 unnormalised log-probabilities, all finite.
    ids: (n,) int64 token ids, ascending, or None for the whole vocabulary 0 to n - 1.
    vocabulary: tokens of the whole vocabulary; where it is not told, one more than the highest id
        here.
    """

    def __init__(
        self, scores: ndarray, ids: ndarray | None = None, vocabulary: int | None = None
    ) -> None:
        self.scores = scores
        self._ids = ids
        self._vocabulary = vocabulary
        # Those of which these are some by construction, for as long as they live.
        self._source: ref[Candidates] | None = None
        # Not cached properties: those of Python 3.11 take a lock, which costs as much as a small stage.
        self._highest: float | None = None
        self._exponentials: tuple[ndarray, float] | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def whole(self) -> bool:
        """Whether no token of the vocabulary has been removed."""
        return self._ids is None

    @property
    def ids(self) -> ndarray:
        """(n,) int64 token ids, ascending."""
        return _all_ids(len(self.scores)) if self._ids is None else self._ids

    @property
    def vocabulary(self) -> int:
        """How many tokens the vocabulary has."""
        if self._ids is None:
            return len(self.scores)
        return int(self._ids[-1]) + 1 if self._vocabulary is None else self._vocabulary

    @property
    def highest(self) -> float:
        """The score of the best candidate."""
        if self._highest is None:
            # Quicker than max() for few and for many.
            self._highest = float(self.scores[self.scores.argmax()])
        return self._highest

    @property
    def weights(self) -> ndarray:
        """(n,) float32: the probabilities over that of the best candidate."""
        return self._exponentiated()[0]

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return self._exponentiated()[1]

    def _exponentiated(self) -> tuple[ndarray, float]:
        if self._exponentials is None:
            # Less the highest: exponentials of these neither overflow nor all vanish.
            weights = self.scores - self.highest
            np.exp(weights, out=weights)
            self._exponentials = weights, float(np.add.reduce(weights))
        return self._exponentials

    def probabilities(self) -> ndarray:
        """(n,) float32 that sums to 1."""
        return self.weights / np.float32(self.total)

    @property
    def log_normalizer(self) -> float:
        """Log of the sum of the exponentials of the scores."""
        return self.highest + math.log(self.total)

    def log_probabilities(self) -> ndarray:
        """(n,) float32, natural logarithms."""
        shifted: ndarray = self.scores - self.highest
        shifted -= np.float32(math.log(self.total))
        return shifted

    def entropy(self) -> float:
        """Shannon entropy in nats."""
        # Not by BLAS, whose threads would have to meet for a product that takes 10 µs.
        weighted = float(np.einsum("i,i->", self.weights, self.scores - self.highest))
        return max(0.0, math.log(self.total) - weighted / self.total)

    def keep(self, mask: ndarray) -> Candidates:
        """Only those where `mask` (n,) is true. Raises ValueError for a mask of another shape."""
        mask = np.asarray(mask)
        if mask.shape != self.scores.shape:
            raise ValueError(f"a mask of shape {mask.shape} for {len(self)} candidates")
        kept = mask.nonzero()[0]
        return self if len(kept) == len(self) else self._some(kept)

    def top(self, k: int) -> Candidates:
        """The k with the highest scores; of equal scores the lower id stands."""
        if k >= len(self):
            return self
        places = _contenders(self.scores, k)
        if len(places) > k:
            order = (-self.scores[places]).argsort(kind="stable")[:k]
            order.sort()
            places = places[order]
        return self._some(places)

    def at(self, places: ndarray) -> Candidates:
        """Only those at `places` (m,): distinct, ascending positions here."""
        ids = places if self._ids is None else self._ids[places]
        return Candidates(self.scores[places], ids, self.vocabulary)

    def _some(self, places: ndarray) -> Candidates:
        """As `at`, where the places are known to be right."""
        some = self.at(places)
        some._source = ref(self)
        return some

    def rescored(self, scores: ndarray) -> Candidates:
        """The same tokens with other scores (n,)."""
        return Candidates(np.asarray(scores, dtype=np.float32), self._ids, self._vocabulary)

    def find(self, ids: Sequence[int] | ndarray) -> ndarray:
        """Positions here of those of `ids` that still stand: distinct, ascending."""
        wanted = _distinct(ids)
        if self._ids is None:
            inside = not len(wanted) or (wanted[0] >= 0 and wanted[-1] < len(self))
            return wanted if inside else wanted[(wanted >= 0) & (wanted < len(self))]
        if not len(wanted):
            return wanted
        places = np.searchsorted(self._ids, wanted)
        places[places == len(self._ids)] = 0
        found: ndarray = places[self._ids[places] == wanted]
        return found

    def within(self, others: Candidates) -> bool:
        """Whether these tokens are some of `others`, each once."""
        if self._ids is others._ids:
            return len(self) <= len(others)
        if self._source is not None and self._source() is others:
            return True
        return len(others.find(self.ids)) == len(self)

    def __contains__(self, token: int) -> bool:
        """Whether `token` still stands."""
        return self._place(token) is not None

    def _place(self, token: int) -> int | None:
        if self._ids is None:
            return token if 0 <= token < len(self) else None
        place = int(self._ids.searchsorted(token))
        return place if place < len(self) and self._ids[place] == token else None

    def logprob_of(self, token: int) -> float:
        """The log-probability of `token`; minus infinity if it has been removed."""
        place = self._place(token)
        return -math.inf if place is None else float(self.scores[place]) - self.log_normalizer

    def rank_of(self, token: int) -> int:
        """How many candidates score higher than `token`; their number if it is not one of them."""
        place = self._place(token)
        if place is None:
            return len(self)
        return int(np.count_nonzero(self.scores > self.scores[place]))

    def best(self) -> int:
        """The token with the highest score; of equal ones the lowest id."""
        place = int(self.scores.argmax())
        return place if self._ids is None else int(self._ids[place])


def _distinct(ids: Sequence[int] | ndarray) -> ndarray:
    if not isinstance(ids, ndarray):
        distinct = np.fromiter(set(ids), dtype=np.int64)
        distinct.sort()
        return distinct
    return ids if (ids[1:] > ids[:-1]).all() else np.unique(ids)


@lru_cache(maxsize=8)
def _all_ids(size: int) -> ndarray:
    ids = np.arange(size)
    ids.setflags(write=False)
    return ids


def top_indices(scores: ndarray, k: int) -> ndarray:
    """Indices of the k highest of `scores` (n,), highest first; of equal ones the lower first."""
    if k >= len(scores):
        return (-scores).argsort(kind="stable")
    contenders = _contenders(scores, k)
    order = (-scores[contenders]).argsort(kind="stable")[:k]
    found: ndarray = contenders[order]
    return found


ROWS = 64


def _contenders(scores: ndarray, k: int) -> ndarray:
    """Ascending indices of the k < n highest of `scores` (n,), and perhaps of a few more."""
    if k < 1:
        return np.empty(0, dtype=np.int64)
    return (scores >= _bound(scores, k)).nonzero()[0]


def _bound(scores: ndarray, k: int) -> float:
    """A score that k < n or a few more of `scores` (n,) reach.

    Laid out as a table, at least k of them reach the k-th highest of its columns' maxima, which is
    found without partitioning all of them.
    """
    columns = len(scores) // ROWS
    table = scores[: ROWS * columns].reshape(ROWS, columns)
    values = np.maximum.reduce(table) if k <= columns // 4 else scores.copy()
    values.partition(len(values) - k)
    return float(values[len(values) - k])
