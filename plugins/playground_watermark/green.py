"""Green lists: a hash of what was said makes a share of the vocabulary likelier (Kirchenbauer et al. 2023).

The same lists as transformers' `WatermarkLogitsProcessor`, hash, seed and permutation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from playground_watermark.permutation import beginning, begins_with, table

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates

TABLE = 1_000_003
JUDGED = 40
"""Likeliest tokens that are tried where each has a list of its own."""
MASK_64 = (1 << 64) - 1


@dataclass(frozen=True)
class GreenLists:
    """What is green after which tokens."""

    key: int
    ratio: float
    context: int
    selfhash: bool
    vocabulary: int

    @property
    def size(self) -> int:
        """Tokens of a green list."""
        return int(self.vocabulary * self.ratio)

    @property
    def before(self) -> int:
        """Tokens before one that decide, with it, whether it is green."""
        return self.context - 1 if self.selfhash else self.context

    def greens(self, ids: Sequence[int], candidates: Candidates) -> ndarray:
        """Places (m,) of the candidates that are green after `ids`."""
        import numpy as np

        if len(ids) < self.context or not self.size:
            return np.empty(0, dtype=np.int64)
        if self.selfhash:
            return self._own_lists(ids, candidates)
        return candidates.find(_list(self.key * ids[-1], self.vocabulary, self.size))

    def is_green(self, window: Sequence[int]) -> bool:
        """Whether the last of `window` (before + 1) is green after the others."""
        token = window[-1]
        seed = self._self_seed(window) if self.selfhash else self.key * window[-2]
        return begins_with(seed % MASK_64, self.vocabulary, self.size, token)

    def _own_lists(self, ids: Sequence[int], candidates: Candidates) -> ndarray:
        import numpy as np

        from playground.api.candidates import top_indices

        tail = ids[len(ids) - self.before :]
        judged = top_indices(candidates.scores, min(JUDGED, len(candidates)))
        tokens = candidates.ids[judged].tolist()
        green = [
            place
            for place, token in zip(judged.tolist(), tokens, strict=True)
            if self.is_green([*tail, token])
        ]
        return np.array(sorted(green), dtype=np.int64)

    def _self_seed(self, window: Sequence[int]) -> int:
        hashes = table(self.key, TABLE)
        own = int(hashes[window[-1] % TABLE]) + 1
        # Products of 64-bit integers, which overflow there.
        products = (self.key * (int(hashes[token % TABLE]) + 1) * own for token in window)
        return min(_signed(product) for product in products)


def _signed(value: int) -> int:
    value &= MASK_64
    return value - (1 << 64) if value >> 63 else value


@lru_cache(maxsize=256)
def _list(seed: int, vocabulary: int, size: int) -> ndarray:
    """(size,) ids of a green list, ascending."""
    import numpy as np

    return np.sort(beginning(seed % MASK_64, vocabulary, size))
