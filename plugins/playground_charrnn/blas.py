"""How many threads numpy's products have while a char-RNN reads.

The matrices of a small network are done before threads of BLAS have met, and where another process holds a
core they meet some 10 ms later: a step of 0.3 ms then takes 24. So they have one thread. Large ones gain by
threads on a machine that is idle, and keep them. What others compute with numpy is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

from threadpoolctl import LibController, ThreadpoolController

FOR_ONE_THREAD = 3_000_000
"""Bytes of a matrix that one thread reads in 0.1 ms."""


def threads_for(largest: int) -> AbstractContextManager[None]:
    """Within it, products have the threads that suit a network whose largest matrix has so many bytes."""
    return one_thread() if largest <= FOR_ONE_THREAD else nullcontext()


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, numpy's products run on the calling thread."""
    before = [(library, library.num_threads) for library in _libraries()]
    for library, _ in before:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, threads in before:
            library.set_num_threads(threads)


@cache
def _libraries() -> tuple[LibController, ...]:
    # Asking the system which libraries are loaded takes a millisecond.
    return tuple(ThreadpoolController().select(internal_api="openblas").lib_controllers)
