"""How many requests are answered at a time, and how many wait; further ones are refused, not hoarded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playground.protocol.limits import MOST_RUNNING, MOST_WAITING
from playground.protocol.problems import WorkerBusy


class Slots:
    """Places for requests."""

    def __init__(self, running: int = MOST_RUNNING, waiting: int = MOST_WAITING) -> None:
        self.running = 0
        self.waiting = 0
        self._most_running = running
        self._most_waiting = waiting
        self._free = asyncio.Semaphore(running)
        self._last = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """Since the last request ended; 0 while there is one."""
        return 0.0 if self.running or self.waiting else time.monotonic() - self._last

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """A place, as soon as there is one. Raises WorkerBusy where too many wait already."""
        await self._wait()
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._last = time.monotonic()
            self._free.release()

    async def _wait(self) -> None:
        if self._free.locked() and self.waiting >= self._most_waiting:
            raise WorkerBusy(
                f"the session process answers {self._most_running} requests, "
                f"and {self._most_waiting} more wait",
                "try again when some have ended",
            )
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
