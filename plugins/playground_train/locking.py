"""One trainer a folder, by a lock that the system takes away with the process, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.api import InvalidInput

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


FILE = "lock"


@contextmanager
def only_trainer(folder: Path) -> Iterator[None]:
    """Hold the lock of a run's folder. Raises InvalidInput where another run has it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(descriptor)
        except OSError:
            raise InvalidInput(
                f"another training is running in {folder.parent}",
                "wait for it, stop it, or train into another folder",
            ) from None
        yield
    finally:
        os.close(descriptor)
