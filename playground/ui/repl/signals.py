"""Ctrl-c, and signals that end the program, while the REPL runs.

While a model is waited for, ctrl-c stops that and nothing else; a signal to end stops it, too, lets what was
said be kept, and then leaves by the same way as /quit, so that the terminal is as it was before.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(BaseException):
    """A signal told the program to end, while a line was read."""


class Signals:
    """What has been heard; `reading` is how a reader is told, where one waits for a line."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        """`stop` ends whatever is waited for, and says whether anything was."""
        self.ended: int | None = None
        """The signal that told the program to end."""
        self.reading: Callable[[BaseException], None] | None = None
        self._stop = stop
        self._missed = False
        """Whether ctrl-c came when there was nothing to stop and nobody to tell: the next reader is told."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Hear signals for the time of the block."""
        before = {each: signal.getsignal(each) for each in (signal.SIGINT, *ENDING)}
        signal.signal(signal.SIGINT, self._interrupted)
        for each in ENDING:
            signal.signal(each, self._end)
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    @contextmanager
    def told_by(self, tell: Callable[[BaseException], None]) -> Iterator[None]:
        """While a line is read, `tell` is given what is to end the reading."""
        self.reading = tell
        try:
            if self.ended is not None:
                raise Ended
            if self._missed:
                self._missed = False
                raise KeyboardInterrupt
            yield
        finally:
            self.reading = None

    def _interrupted(self, signum: int, frame: FrameType | None) -> None:
        if self.reading is not None:
            self.reading(KeyboardInterrupt())
        else:
            self._missed = not self._stop()

    def _end(self, signum: int, frame: FrameType | None) -> None:
        self.ended = signum
        if self.reading is not None:
            self.reading(Ended())
        else:
            # Twice: what was said so far is kept, and nobody waits for a model that hangs.
            self._stop()
            self._stop()


def throw(error: BaseException) -> None:
    """Tell a reader that can be interrupted anywhere."""
    raise error
