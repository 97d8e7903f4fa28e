"""The wish to stop, heard at a moment that suits.

The first ctrl-c or SIGTERM lets the step in hand end and the run save itself; a second one, while that takes
too long, ends it at once, and the last checkpoint is whole because checkpoints always are.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Wish:
    """Whether somebody wants the run to stop."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.at_once = False

    def heard(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            self.at_once = True
            raise exception_for(number)
        self.signal = number


def exception_for(number: int) -> BaseException:
    """What a signal is to the program: ctrl-c as always, SIGTERM the exit code that shells give it."""
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)


@contextmanager
def wish_to_stop() -> Iterator[Wish]:
    """Listen within it. Only a program's main thread hears signals."""
    wish = Wish()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return
    before = {number: signal.signal(number, wish.heard) for number in SIGNALS}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
