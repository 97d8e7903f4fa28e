"""A damaged database is set aside under a name of its own: never overwritten, never deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from playground.session.store.locks import held

# SQLite finds the journal of a database by its name, so they move together: the journal first, as a
# database without its journal is still damaged and will be set aside too, where the reverse would
# lay an old journal beside a new database.
COMPANIONS = ("-wal", "-shm", "")


def set_aside(file: Path, is_damaged: Callable[[], bool]) -> Path | None:
    """Rename a database that `is_damaged`; its new name, or None where another process did it first.

    The question is asked under a lock that all processes share, so that of two that find the damage
    the slower one does not set aside what the faster one began.
    """
    with held(lock_of(file)):
        if not is_damaged():
            return None
        target = free_name(file, "damaged")
        for suffix in COMPANIONS:
            # Whoever still has it open may remove its journal on closing it.
            with suppress(FileNotFoundError):
                file.with_name(file.name + suffix).rename(target.with_name(target.name + suffix))
        return target


def lock_of(file: Path) -> Path:
    """The lock that a process holds while it begins a database or sets one aside."""
    return file.with_name(f"{file.stem}.lock")


def free_name(file: Path, what: str) -> Path:
    """A name beside `file` that says what it is and since when, and that nothing has."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        more = f"-{number}" if number > 1 else ""
        name = file.with_name(f"{file.stem}-{what}-{stamp}{more}{file.suffix}")
        if not name.exists():
            return name
    raise AssertionError("unreachable: count() does not end")
