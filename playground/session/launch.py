"""Reach the session process, or start it: whoever holds the lock of its address is it, or is about to be.

A front end that gets the lock makes the socket, lets it listen, and hands both to a new process. So all
others can connect at once, only one process is ever made, and the kernel gives the lock back however that
process ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from playground.config import Settings
from playground.protocol.address import Address, address_of, portable
from playground.protocol.messages import Launch
from playground.protocol.problems import WorkerUnusable
from playground.protocol.questions import ModelChoice
from playground.session import blank

PATIENCE_SECONDS = 10.0
"""For a process that has the lock to listen."""
DYING_SECONDS = 2.0
LOOK_SECONDS = 0.02
BACKLOG = 128


class Launcher:
    """Connects to the session process of some settings."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        """`tell` is given a line for the user about a process that was found dead.

        Raises WorkerUnusable where there can be none.
        """
        self.address = address_of(settings)
        self._settings = settings
        self._tell = tell
        self.mourned = False
        """Whether the user has been told already of what is left of a dead process."""

    def connect(self, preload: ModelChoice | None = None) -> socket.socket:
        """A connection to the process, which is started where there is none.

        `preload`: what a new process is to load at once. Raises WorkerUnusable where none can be started.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            if connected := self.reach():
                return connected
            with _locked(self.address) as lock:
                if lock is not None and (connected := self.reach()) is None:
                    connected = self._start(lock, preload)
                if connected:
                    return connected
            if time.monotonic() > deadline:
                self._tell("the session process takes no connections; a new one is started")
                self.mourned = True
                self.kill()
                deadline = time.monotonic() + PATIENCE_SECONDS
            time.sleep(LOOK_SECONDS)

    def reach(self) -> socket.socket | None:
        """A connection to the process, if there is one."""
        return connect(self.address)

    def kill(self) -> None:
        """End a process that does nothing any more, and wait until it is gone."""
        kill(self.address)

    def pid(self) -> int:
        """Of the process that lives at the address, or did last; 0 where it has not said."""
        return pid(self.address)

    def wait_for_end_of(self, pid: int) -> None:
        """Wait until a process has left the address: while it dies it still takes connections."""
        deadline = time.monotonic() + DYING_SECONDS
        while self.pid() == pid and alive(self.address) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _start(self, lock: int, preload: ModelChoice | None) -> socket.socket:
        if self.address.socket.exists() and not self.mourned:
            self._tell("the session process had ended without a word; a new one is started")
        self.mourned = False
        try:
            os.ftruncate(lock, 0)  # of whom it was, until the new process says who it is
            listener = _listen(self.address)
            try:
                connected = self.reach()
                self._spawn(lock, listener, preload)
            finally:
                listener.close()
        except OSError as error:
            raise WorkerUnusable(f"the session process cannot be started: {error}") from None
        assert connected is not None, "a socket that listens takes connections"
        return connected

    def _spawn(self, lock: int, listener: socket.socket, preload: ModelChoice | None) -> None:
        address = self.address
        launch = Launch(
            settings=portable(self._settings),
            socket=str(address.socket),
            log=str(address.log),
            preload=preload,
        )
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        log = os.open(address.log, flags, 0o600)
        try:
            files = (lock, listener.fileno(), log)
            pid = blank.take().become(msgspec.json.encode(launch), files)
        finally:
            os.close(log)
        # It says so itself too, but who connects from now on wants to know.
        os.pwrite(lock, f"{pid}\n".encode(), 0)


def connect(address: Address) -> socket.socket | None:
    """A connection to the process at an address, if there is one that takes connections."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # With a time limit, so that it is refused where too many connections wait to be taken.
        made.settimeout(PATIENCE_SECONDS)
        made.connect(str(address.socket))
        made.settimeout(None)
    except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
        made.close()
        return None
    except OSError as error:
        made.close()
        raise WorkerUnusable(f"the session process cannot be reached: {error}") from None
    return made


def alive(address: Address) -> bool:
    """Whether a process lives at an address, or is being started there."""
    with _locked(address) as lock:
        return lock is None


def pid(address: Address) -> int:
    """Of the process that lives at an address, or did last; 0 where it has not said."""
    try:
        return int(address.lock.read_text())
    except (OSError, ValueError):
        return 0


def kill(address: Address) -> None:
    """End the process at an address, whatever it does, and wait until it is gone."""
    if not alive(address):
        return
    if found := pid(address):
        with contextlib.suppress(ProcessLookupError):
            os.kill(found, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while alive(address) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


@contextmanager
def _locked(address: Address) -> Iterator[int | None]:
    """The open lock file, locked for the block or for whoever inherits it; None where another has it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        lock = os.open(address.lock, flags, 0o600)
    except OSError as error:
        raise WorkerUnusable(f"the session process cannot be started: {error}") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield lock
    finally:
        os.close(lock)


def _listen(address: Address) -> socket.socket:
    """A listening socket at the address, in the place of what may be left there of another one."""
    new = address.folder / f"{address.key}.new"
    new.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(new))
        os.chmod(new, 0o600)
        listener.listen(BACKLOG)
        os.replace(new, address.socket)
    except BaseException:
        listener.close()
        raise
    return listener
