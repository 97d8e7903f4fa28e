"""Started as `python -m playground.worker`: over the socket that is its standard input it is told what it is.

That is a Launch as JSON and three open files: a lock that is held as long as a process has the file open, a
socket that already listens, so that front ends can connect before anything is imported here, and the log.
Until then it imports what every session process needs. One that is told nothing ends.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
from contextlib import suppress
from importlib import import_module

SWITCH_SECONDS = 0.001
"""How long a busy thread may keep the event loop waiting."""
NEEDED = ("log", "beginning", "process")
"""Modules of this package, in the order of their need."""
CHUNK_BYTES = 65536


def main() -> None:
    """Be the session process."""
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # What is made while modules are imported stays: looking for garbage in it takes a tenth of the time.
    gc.disable()
    channel = socket.socket(fileno=os.dup(0))
    _import_until(channel)
    text, files = _told(channel)
    if not text:
        os._exit(0)
    lock, listener, output = files
    _write_to(output)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    _serve(text, lock, socket.socket(fileno=listener))


def _import_until(channel: socket.socket) -> None:
    """Import what will be needed, until there is something to read."""
    for name in NEEDED:
        if select.select([channel], [], [], 0)[0]:
            return
        # What fails here fails again when there is a log to tell it.
        with suppress(Exception):
            import_module(f"playground.worker.{name}")


def _told(channel: socket.socket) -> tuple[bytes, list[int]]:
    """All that comes, and the files with it; nothing where the other side has left."""
    with channel:
        text, files, _, _ = socket.recv_fds(channel, CHUNK_BYTES, 3)
        for file in files:
            os.set_inheritable(file, False)
        while chunk := channel.recv(CHUNK_BYTES):
            text += chunk
    return text, files


def _write_to(output: int) -> None:
    """Read nothing from now on, and write into a file."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, file in enumerate((nothing, output, output)):
        os.dup2(file, stream)
    os.close(nothing)
    os.close(output)


def _serve(text: bytes, lock: int, listener: socket.socket) -> None:
    import sys

    from playground.worker import log

    log.begin()
    import msgspec

    from playground.protocol.messages import Launch
    from playground.worker.beginning import Beginning

    sys.setswitchinterval(SWITCH_SECONDS)
    launch = msgspec.json.decode(text, type=Launch)
    beginning = Beginning(launch)
    # The server is imported while the model loads.
    import asyncio

    from playground.worker.process import Process

    process = Process(launch, beginning, lock, listener)
    gc.enable()
    asyncio.run(process.serve())
    process.end()


if __name__ == "__main__":
    main()
