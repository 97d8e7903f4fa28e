"""Folders that are whole or not there: built under another name, synced, moved; and killed builds swept away.

A build holds a lock on its folder for as long as its process lives, and only a folder whose lock can be had
is swept: no number of a process is believed, and a build that goes on beside this one is left alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".building-"


def build_whole(folder: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a new folder that becomes `folder`; where another process is faster, its stays."""
    with _partial(folder.parent) as partial:
        write(partial)
        _move(partial, folder)


@contextmanager
def _partial(place: Path) -> Iterator[Path]:
    """A new folder to build in, which is gone in the end."""
    place.mkdir(parents=True, exist_ok=True)
    with _opened(place) as above:
        _lock(above, fcntl.LOCK_EX)  # nobody sweeps a folder that is made and not locked yet
        _sweep(place)
        partial = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        held = os.open(partial, os.O_RDONLY)
        _lock(held, fcntl.LOCK_EX)
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        os.close(held)


def _sweep(place: Path) -> None:
    for left in place.glob(f"{PREFIX}*"):
        with _opened(left) as descriptor:
            if _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left, ignore_errors=True)


def _lock(descriptor: int, how: int) -> bool:
    """Whether the lock could be had: not while another has it, nor on a file system without such locks."""
    try:
        fcntl.flock(descriptor, how)
    except OSError:
        return False
    return True


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _move(partial: Path, folder: Path) -> None:
    for path in [*partial.rglob("*"), partial]:
        with _opened(path) as descriptor:
            os.fsync(descriptor)
    try:
        os.replace(partial, folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster
            raise
