"""Started as `python -m playground.worker LOCK SOCKET LAUNCH` by the front end that needs it first.

LOCK and SOCKET are open files that it inherits: a lock that is held as long as a process has the file open,
and a socket that already listens, so that front ends can connect before anything is imported here. LAUNCH
is JSON.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys

SWITCH_SECONDS = 0.001
"""How long a busy thread may keep the event loop waiting."""


def main() -> None:
    """Be the session process."""
    lock, listener, text = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for file in (lock, listener):
        os.set_inheritable(file, False)
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    # What is made while modules are imported stays: looking for garbage in it takes a tenth of the time.
    gc.disable()
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

    process = Process(launch, beginning, lock, socket.socket(fileno=listener))
    gc.enable()
    asyncio.run(process.serve())
    process.end()


if __name__ == "__main__":
    main()
