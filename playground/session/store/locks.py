"""How one process knows that another one lives: by a lock that the system takes away with it.

A writer holds a lock on a file of its own for as long as it lives. However it ends, by kill -9 or a
power cut, the lock is gone. A process number would not do: numbers are given again, and one from
another container or machine that shares the folder says nothing here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playground.session.ids import new_id

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, wait: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int, wait: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the lock of `file`, having waited for it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)


class Presence:
    """The sign of a living writer in `folder`: a file with the writer's name, locked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.writer = new_id()
        self._file = folder / self.writer
        self._descriptor = _locked_file(self._file)

    def close(self) -> None:
        """Leave: from now on the writer counts as gone."""
        self._file.unlink(missing_ok=True)
        os.close(self._descriptor)


def is_alive(folder: Path, writer: str) -> bool:
    """Whether a writer lives. The file of a dead one is removed."""
    file = folder / writer
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        _lock(descriptor, wait=False)
    except OSError:
        return True
    else:
        # While the lock is held: a writer that begins at this moment sees it and takes another file.
        with suppress(OSError):
            file.unlink()
    finally:
        os.close(descriptor)
    return False


def _locked_file(file: Path) -> int:
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        _lock(descriptor, wait=True)
        # Who looked for the dead in the moment between the two may have swept the file away.
        if file.exists() and os.path.samestat(os.fstat(descriptor), file.stat()):
            return descriptor
        os.close(descriptor)
