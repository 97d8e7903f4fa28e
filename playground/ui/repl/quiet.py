"""The terminal while text streams: what is typed is kept for the next prompt and does not show."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any


class Quiet:
    """While it is entered, nothing is echoed and no line held back; signals still come from the keys."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None

    def __enter__(self) -> Quiet:
        try:
            import termios

            self._before = termios.tcgetattr(sys.stdin.fileno())
        except (ImportError, OSError, ValueError, termios.error):
            return self  # there is no terminal to be quiet
        now = [*self._before]
        # NOFLSH: ctrl-c ends what streams, not what was typed ahead.
        now[3] = now[3] & ~(termios.ECHO | termios.ICANON) | termios.NOFLSH
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, now)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)
            self._before = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """As the terminal was, for a program that wants it for itself."""
        entered = self._before is not None
        self.__exit__(None, None, None)
        try:
            yield
        finally:
            if entered:
                self.__enter__()
