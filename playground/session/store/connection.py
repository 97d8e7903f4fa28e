"""Opening the database: made for its owner alone, brought up to date, a damaged one set aside."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, nullcontext
from pathlib import Path

from playground.session.store.aside import lock_of, set_aside
from playground.session.store.faults import ERRORS, is_busy, is_damage
from playground.session.store.locks import held
from playground.session.store.migration import migrate, refuse_newer

PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
MOMENT = 0.2
"""Seconds in which a file that is not there may come back."""

# Argued in docs/history.md.
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "journal_size_limit = 16777216",
)


def connect(file: Path, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection in which every transaction is begun and ended by hand, usable from any thread."""
    connection = _bare(file, patience)
    try:
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_database(file: Path) -> tuple[sqlite3.Connection, list[str]]:
    """The database in `file`, new where there was none, and what the user should be told, a line each.

    Raises OSError and sqlite3.Error where it cannot be opened, HistoryUnavailable for a newer version.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _opened(file)
    except ERRORS as error:
        if not is_damage(error):
            raise
        told = replace_damaged(file)
    connection, more = _opened(file)
    return connection, [*told, *more]


def replace_damaged(file: Path) -> list[str]:
    """Set the damaged database aside; what to tell of it. The next to open the file begins a new one."""
    target = set_aside(file, lambda: _is_damaged(file))
    return [f"the history was damaged: it lies in {target}, a new one begins"] if target else []


def _opened(file: Path) -> tuple[sqlite3.Connection, list[str]]:
    """As `open_database`, having waited for what other processes do at this moment."""
    began = time.monotonic()
    while True:
        try:
            return _opened_now(file)
        except (sqlite3.OperationalError, FileNotFoundError) as error:
            # SQLite itself does not wait for another process that closes the last connection; and
            # a damaged file may be set aside between two steps, which is over in a moment.
            if time.monotonic() - began > (PATIENCE if is_busy(error) else MOMENT):
                raise
        time.sleep(0.01)


def _opened_now(file: Path) -> tuple[sqlite3.Connection, list[str]]:
    # SQLite gives its journals the permissions of the database; what one writes is nobody else's.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    # Of processes that find no database, one makes it while the others wait.
    with held(lock_of(file)) if file.stat().st_size == 0 else nullcontext():
        return _up_to_date(file)


def _up_to_date(file: Path) -> tuple[sqlite3.Connection, list[str]]:
    connection = _bare(file, PATIENCE)
    try:
        # Before anything else, for a database of a newer version is left as it is.
        refuse_newer(connection, file)
        _settle(connection)
        backup = migrate(connection, file)
        # Reads the newest pages of what every run writes to: most damage shows here, and not midway.
        for table in ("session", "run", "node", "tokens"):
            connection.execute(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection, [f"the history as it was before its update is kept: {backup}"] * bool(backup)


def _bare(file: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw",  # never makes a file
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )


def _settle(connection: sqlite3.Connection) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _is_damaged(file: Path) -> bool:
    """Reads all of it."""
    if not file.exists():
        return False
    try:
        with closing(connect(file)) as connection:
            found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            return found != "ok"
    except ERRORS as error:
        if not is_damage(error):
            raise
        return True
