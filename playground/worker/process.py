"""The life of the session process: from a socket that it is handed to the last request.

It ends when it is told to, when it has been idle, and when its address is no longer its own.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
import time
from pathlib import Path
from types import FrameType

import uvicorn

from playground.protocol.identity import version
from playground.protocol.messages import Launch, Status
from playground.protocol.questions import ModelChoice
from playground.protocol.retired import sign_off
from playground.worker import log
from playground.worker.beginning import Beginning
from playground.worker.engine_thread import EngineThread
from playground.worker.outbox import Mailroom
from playground.worker.routes import application
from playground.worker.service import Service
from playground.worker.shelf import Shelf
from playground.worker.slots import Slots

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often it looks whether it is still wanted."""
FAREWELL_SECONDS = 3
"""For cancelled requests to say so, when it is told to stop."""


class Server(uvicorn.Server):
    """uvicorn's server, whose signals are the process's to handle."""

    process: Process

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.process.stop(signal.Signals(sig).name)


class Process:
    """One session process."""

    def __init__(
        self, launch: Launch, beginning: Beginning, lock: int, listener: socket.socket
    ) -> None:
        """`lock`: the open file whose lock says that it lives. `listener`: bound and listening."""
        self._launch = launch
        self._beginning = beginning
        self._lock = lock
        self._listener = listener
        self._socket = Path(launch.socket)
        self._place = _place(self._socket)
        self._signed: Path | None = None
        """The file that says that it is retired."""
        self._began = time.monotonic()
        self._thread = EngineThread(beginning.engine)
        self._slots = Slots()

    async def serve(self) -> None:
        """Answer until the end."""
        loop = asyncio.get_running_loop()
        limit = self._launch.settings.model_bytes
        shelf = Shelf(self._thread, limit, self._beginning.loading)
        service = Service(
            identity=self._beginning.identity,
            loop=loop,
            thread=self._thread,
            shelf=shelf,
            slots=self._slots,
            mailroom=Mailroom(loop),
            status=self.status,
            stop=self.stop,
            retire=self.retire,
        )
        config = uvicorn.Config(
            application(service), http="h11", ws="none", lifespan="off", loop="asyncio",
            log_config=None, access_log=False, server_header=False, date_header=False,
        )  # fmt: skip
        self._server = Server(config)
        self._server.process = self
        self._thread.start()
        tasks = [asyncio.create_task(self._watch())]
        if self._launch.preload:
            tasks.append(asyncio.create_task(_preload(shelf, self._launch.preload)))
        logger.info("process %d answers at %s", os.getpid(), self._socket)
        await self._server.serve(sockets=[self._listener])
        for task in tasks:
            task.cancel()

    def status(self) -> Status:
        """How it fares."""
        step_seconds, step_allowed = self._thread.step
        return Status(
            pid=os.getpid(),
            version=version(),
            identity=self._beginning.identity,
            uptime_seconds=time.monotonic() - self._began,
            running=self._slots.running,
            waiting=self._slots.waiting,
            idle_seconds=self._slots.idle_seconds,
            idle_minutes=self._launch.settings.worker_idle_minutes,
            step_seconds=step_seconds,
            step_allowed_seconds=step_allowed,
        )

    def stop(self, reason: str) -> None:
        """End now: what runs is cancelled and says so. The address is free when the process is gone."""
        logger.info("stopping: %s", reason)
        self._remove_socket()
        self._thread.post(self._thread.cancel_all)
        self._server.config.timeout_graceful_shutdown = FAREWELL_SECONDS
        self._server.should_exit = True

    def retire(self, reason: str) -> None:
        """Leave the address to another process at once, and end with the last request."""
        logger.info("retiring: %s", reason)
        self._remove_socket()
        if self._signed is None:
            # Before it leaves the address: who looks for it finds it in one place or the other.
            self._signed = sign_off(self._socket.parent)
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        self._server.should_exit = True

    def end(self) -> None:
        """The very end. No thread is waited for: one may be in a step that takes for ever."""
        self._thread.stop(timeout=1)
        if self._signed is not None:
            self._signed.unlink(missing_ok=True)
        logger.info("process %d ends", os.getpid())
        logging.shutdown()
        os._exit(0)

    async def _watch(self) -> None:
        limit = self._launch.settings.worker_idle_minutes * 60
        while True:
            await asyncio.sleep(min(LOOK_SECONDS, limit / 4))
            log.trim(Path(self._launch.log))
            if self._server.should_exit:
                continue
            if self._slots.idle_seconds > limit:
                self.retire(f"idle for {limit / 60:g} minutes")
            elif _place(self._socket) != self._place:
                self.retire("its socket has been removed")

    def _remove_socket(self) -> None:
        if self._place is not None and _place(self._socket) == self._place:
            self._socket.unlink(missing_ok=True)
        self._place = None


async def _preload(shelf: Shelf, choice: ModelChoice) -> None:
    """What fails here fails again, and is told, when it is asked for."""
    try:
        async with shelf.hold(choice):
            pass
    except Exception as error:
        logger.info("preloading failed: %s", error)


def _place(file: Path) -> tuple[int, int] | None:
    """Which file lies at a path."""
    try:
        found = file.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
