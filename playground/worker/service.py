"""What every route works with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.protocol.messages import Status
from playground.worker.engine_thread import EngineThread
from playground.worker.outbox import Mailroom
from playground.worker.running import Run
from playground.worker.shelf import Shelf
from playground.worker.slots import Slots


@dataclass(frozen=True)
class Service:
    """The parts of a session process."""

    identity: str
    loop: asyncio.AbstractEventLoop
    thread: EngineThread
    shelf: Shelf
    slots: Slots
    mailroom: Mailroom
    status: Callable[[], Status]
    stop: Callable[[str], None]
    """End now: what runs is cancelled. Takes the reason, for the log."""
    retire: Callable[[str], None]
    """Leave the address to another process at once, and end with the last request."""
    runs: dict[str, Run] = field(default_factory=dict)
    """Generations by the id that cancels them."""
