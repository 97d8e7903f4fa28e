"""The tournament of SynthID: tokens with many ones in their hashes win more often (Dathathri et al. 2024).

In its expected form for two candidates a layer, with the hashes of transformers'
`SynthIDTextWatermarkLogitsProcessor`, so the same probabilities. On average over keys they are the
model's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from playground_watermark.permutation import words

if TYPE_CHECKING:
    from numpy import ndarray

MULTIPLIER = 6364136223846793005
TABLE = 2**16
HISTORY = 1024
"""Contexts that are remembered: where one comes again, nothing is marked."""


@dataclass(frozen=True)
class Tournament:
    """A layer for each of `keys`; `context` tokens are hashed with each candidate."""

    keys: tuple[int, ...]
    context: int

    def probabilities(self, said: Sequence[int], ids: ndarray, chances: ndarray) -> ndarray:
        """(n,) float64: the chances of tokens `ids` (n,) after the new tokens `said`, marked."""
        import numpy as np

        hashes = self._contexts(said)
        if (hashes[-1 - HISTORY : -1] == hashes[-1]).any():
            return chances
        marked = chances.astype(np.float64)
        for values in self._values(hashes[-1], ids).T:
            marked = marked * (1 + values - values @ marked)
        return marked

    def values(self, ids: Sequence[int]) -> tuple[ndarray, ndarray]:
        """(n, layers) the ones and zeros of each of `ids` after the first `context`; (n,) whether it counts.

        One whose context came before does not: it was not marked.
        """
        import numpy as np

        text = np.asarray(ids, dtype=np.uint64)
        count = max(0, len(text) - self.context)
        windows = np.lib.stride_tricks.sliding_window_view(text[: len(text) - 1], self.context)
        hashes = _hashed(np.ones(count, dtype=np.uint64), windows)
        counts = np.ones(count, dtype=bool)
        for place, value in enumerate(hashes.tolist()):
            counts[place] = value not in hashes[max(0, place - HISTORY) : place]
        own = _step(hashes, text[self.context :])
        return self._bits(own), counts

    def _contexts(self, said: Sequence[int]) -> ndarray:
        """The hash of what stood before each of the tokens `said`, and of what stands before the next.

        Of the last ones; before the first token of a text stand zeros.
        """
        import numpy as np

        recent = said[-HISTORY - self.context :]
        text = np.array([*[0] * self.context, *recent], dtype=np.uint64)
        windows = np.lib.stride_tricks.sliding_window_view(text, self.context)
        return _hashed(np.ones(len(windows), dtype=np.uint64), windows)

    def _values(self, context: ndarray, ids: ndarray) -> ndarray:
        """(n, layers) the ones and zeros of tokens `ids` after a context."""
        import numpy as np

        return self._bits(_step(np.full(len(ids), context, dtype=np.uint64), ids))

    def _bits(self, hashes: ndarray) -> ndarray:
        import numpy as np

        keys = np.array(self.keys, dtype=np.int64).astype(np.uint64)
        return _table()[(_step(hashes[:, None], keys[None, :])).view(np.int64) % TABLE]


def _hashed(start: ndarray, windows: ndarray) -> ndarray:
    for column in windows.T:
        start = _step(start, column)
    return start


def _step(hashes: ndarray, data: ndarray) -> ndarray:
    """A linear congruential step; it wraps at 64 bits."""
    import numpy as np

    stepped: ndarray = (hashes + data.astype(np.uint64)) * np.uint64(MULTIPLIER) + np.uint64(1)
    return stepped


@lru_cache(maxsize=1)
def _table() -> ndarray:
    """(TABLE,) zeros and ones."""
    import numpy as np

    return (words(0, TABLE) % 2).astype(np.int64)
