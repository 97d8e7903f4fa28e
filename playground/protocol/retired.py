"""Session processes that have left their address and end with their last request, so that they can be found.

Each holds the lock of a file that is called after it, as long as it lives: a number alone would say nothing,
for numbers are given again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

ENDING = ".retired"


def sign_off(folder: Path) -> Path:
    """This process is among the retired from now on; the file to remove at its end."""
    file = folder / f"{os.getpid()}{ENDING}"
    # Open until the end, and so locked.
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return file


def retired(folder: Path) -> list[int]:
    """The processes that are retired and live. What the dead left is removed."""
    return [int(file.stem) for file in sorted(folder.glob(f"*{ENDING}")) if _lives(file)]


def is_retired(folder: Path, pid: int) -> bool:
    """Whether a process is retired and lives."""
    return _lives(folder / f"{pid}{ENDING}")


def _lives(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with contextlib.suppress(OSError):
            file.unlink()
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
