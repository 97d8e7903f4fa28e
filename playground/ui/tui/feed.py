"""From the desk's thread to the screen: in order, the first at once, then as often as it is repainted.

A token costs an append; however fast a model is, the event loop is woken once a frame.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from playground.ui.tui.desk import Told

FRAME = 1 / 30
"""Seconds between two repaints."""


class Feed:
    """Gathers what is told and gives it to `show`, on the event loop's thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, show: Callable[[tuple[Told, ...]], object]
    ) -> None:
        self._loop = loop
        self._show = show
        self._told: deque[Told] = deque()
        self._waking = False
        self._shown = 0.0

    @property
    def empty(self) -> bool:
        """Whether all that was told has been given away."""
        return not (self._told or self._waking)

    def put(self, told: Told) -> None:
        """From any thread."""
        self._told.append(told)
        if not self._waking:
            self._waking = True
            # After the end of the app there is nobody to show it to.
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._wake)

    def flush(self) -> None:
        """Give away what there is now."""
        self._waking = False
        self._shown = time.monotonic()
        told = tuple(self._told.popleft() for _ in range(len(self._told)))
        if told:
            self._show(told)

    def _wake(self) -> None:
        rest = self._shown + FRAME - time.monotonic()
        if rest <= 0:
            self.flush()
        else:
            self._loop.call_later(rest, self.flush)
