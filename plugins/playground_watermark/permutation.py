"""torch's random permutations and tables without torch: the Mersenne Twister, Fisher-Yates from the front.

So that green lists are those of transformers, whose text can be found here and ours there.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray
    from numpy.random import RandomState

LOW_32 = 0xFFFFFFFF


def words(seed: int, count: int) -> ndarray:
    """(count,) uint32: what `torch.Generator().manual_seed(seed)` draws."""
    import numpy as np

    generator = _generator()
    generator.seed(seed & LOW_32)
    return generator.randint(0, 2**32, count, dtype=np.uint32)


_OF_THREAD = threading.local()


def _generator() -> RandomState:
    """One for each thread: making one costs a hundred times what seeding it does."""
    import numpy as np

    if not hasattr(_OF_THREAD, "generator"):
        _OF_THREAD.generator = np.random.RandomState()
    made: RandomState = _OF_THREAD.generator
    return made


def beginning(seed: int, size: int, count: int) -> ndarray:
    """(count,) the first of `torch.randperm(size)`."""
    import numpy as np

    items = list(range(size))
    for place, other in enumerate(_swaps(seed, size, count).tolist()):
        items[place], items[other] = items[other], items[place]
    return np.array(items[:count], dtype=np.int64)


def begins_with(seed: int, size: int, count: int, item: int) -> bool:
    """Whether `item` is among the first `count` of `torch.randperm(size)`, without making it."""
    others = _swaps(seed, size, count)
    at = item
    first = 0
    while True:
        # An item goes to the place of the first step that reaches for it, unless its own comes before.
        reached = (others[first:] == at).nonzero()[0]
        step = first + int(reached[0]) if len(reached) else count
        if step <= at and step < count:
            return True
        if at >= count:
            return False
        first, at = at + 1, int(others[at])


def _swaps(seed: int, size: int, count: int) -> ndarray:
    """(count,) the place with which each of the first ones changes."""
    import numpy as np

    places = np.arange(count)
    drawn: ndarray = words(seed, count).astype(np.int64) % (size - places) + places
    return drawn


@lru_cache(maxsize=2)
def table(seed: int, size: int) -> ndarray:
    """(size,) `torch.randperm(size)`."""
    return beginning(seed, size, size)
