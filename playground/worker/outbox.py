"""From the engine's thread to asyncio: events wait here for a reader, and only so many.

Waking the event loop costs some ten times what a token's way through it does, so all outboxes share one
wake-up, and at most one is under way.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

from playground.api.events import Event
from playground.protocol.limits import EVENTS_AHEAD

GATHER_SECONDS = 0.002
"""Events that come faster than this after each other are handed on together."""


class Mailroom:
    """Tells outboxes, on the event loop, that something has come for them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._filled: deque[Outbox] = deque()
        self._waking = False

    def tell(self, outbox: Outbox) -> None:
        """Something has come for `outbox`. From any thread."""
        self._filled.append(outbox)
        if not self._waking:
            self._waking = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # First, so that whoever comes from now on wakes the loop again.
        self._waking = False
        while self._filled:
            self._filled.popleft().arrived.set()


class Outbox:
    """The events of one request on their way to its reader."""

    def __init__(
        self, mailroom: Mailroom, on_room: Callable[[], None], capacity: int = EVENTS_AHEAD
    ) -> None:
        """`on_room` is called on the event loop when a full outbox has been emptied."""
        self.arrived = asyncio.Event()
        self._mailroom = mailroom
        self._on_room = on_room
        self._capacity = capacity
        self._waiting: deque[Event] = deque()
        self._listening = False
        self._stalled = False
        self._ended = False

    def put(self, events: Iterable[Event]) -> None:
        """Take what one tick said, however much. From the engine's thread, as `end` and `stalled`."""
        self._waiting.extend(events)
        self._tell()

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True
        self._tell()

    def stalled(self) -> bool:
        """Whether the reader is so far behind that nothing more should be said."""
        self._stalled = self._is_full()
        if self._stalled:
            # It may have been emptied just before the flag was raised; then nobody calls `on_room`.
            self._stalled = self._is_full()
        return self._stalled

    async def batches(self) -> AsyncIterator[list[Event]]:
        """What has come, as much at a time as there is, until the end."""
        last = 0.0
        while True:
            await self._something()
            if time.monotonic() - last < GATHER_SECONDS:
                await asyncio.sleep(GATHER_SECONDS)
            last = time.monotonic()
            ended = self._ended  # read before the events: what comes before the end is seen
            if batch := self._taken():
                yield batch
            if ended and not self._waiting:
                return

    async def _something(self) -> None:
        """Wait until there is something to take, or the end."""
        self.arrived.clear()
        self._listening = True
        # Looked at after the flag is up: what comes now is either seen here or told.
        if not self._waiting and not self._ended:
            await self.arrived.wait()
        self._listening = False

    def _tell(self) -> None:
        # While the reader is busy with what came before, it need not be woken.
        if self._listening:
            self._listening = False
            self._mailroom.tell(self)

    def _taken(self) -> list[Event]:
        batch = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        if self._stalled:
            self._on_room()
        return batch

    def _is_full(self) -> bool:
        return len(self._waiting) >= self._capacity
