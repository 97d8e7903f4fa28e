"""One trainer a folder, by a lock that the system takes away with the process, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """Hold the lock of a run's folder, which is made. Raises InvalidInput where another run has it.

    A run that leaves nothing in it leaves no folder.
    """
    is_new = not folder.parent.exists()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(descriptor, file):
            raise InvalidInput(
                f"another training is running in {folder.parent}",
                "wait for it, stop it, or train into another folder",
            )
        try:
            yield
        finally:
            _remove_if_empty(folder, is_new)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, file: Path) -> bool:
    """Whether the open file is locked now, and lies there still: who had it may have removed it."""
    try:
        _lock(descriptor)
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except OSError:
        return False


def _remove_if_empty(folder: Path, with_parent: bool) -> None:
    # Somebody else may have removed it already.
    with suppress(OSError):
        if os.listdir(folder) != [FILE]:
            return
        (folder / FILE).unlink()
        folder.rmdir()
        if with_parent:
            folder.parent.rmdir()
