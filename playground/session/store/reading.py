"""The history where its folder cannot be written, to be looked at: a copy in memory.

SQLite needs to write beside a database even to read it, so what is there is read once, as it was left. An
older version is brought up to date in the copy alone.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

from playground.session.store.connection import open_database
from playground.session.store.faults import ERRORS, reason
from playground.session.store.migration import refuse_newer, upgrade

DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY)


def open_to_read(file: Path) -> tuple[sqlite3.Connection, list[str]]:
    """As `open_database`; where nothing can be written, what can be read, and a line that says so."""
    try:
        return open_database(file)
    except ERRORS as error:
        if not _is_denied(error):
            raise
        why = reason(error)
    return _copy(file), [f"the history cannot be written, and is shown as it was left: {why}"]


def _copy(file: Path) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        if file.exists():
            with closing(_opened(file)) as source:
                source.backup(memory)
        upgrade(memory, refuse_newer(memory, file))
    except BaseException:
        memory.close()
        raise
    return memory


def _opened(file: Path) -> sqlite3.Connection:
    journal = file.with_name(f"{file.name}-wal")
    whole = not journal.exists() or not journal.stat().st_size
    # Without a journal nobody writes, and all there is stands in the file itself.
    mode = "mode=ro&immutable=1" if whole else "mode=ro"
    return sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True)


def _is_denied(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in DENIED
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in UNWRITABLE
