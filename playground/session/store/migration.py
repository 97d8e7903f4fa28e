"""From the version of a database to the one this program knows, all or nothing, a copy kept before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from playground.session.store.aside import free_name
from playground.session.store.faults import HistoryUnavailable
from playground.session.store.schema import MIGRATIONS


def migrate(
    connection: sqlite3.Connection,
    file: Path,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> Path | None:
    """Bring the database up to date. The file of the backup, where there was something to keep.

    Raises HistoryUnavailable, having changed nothing, for a database of a newer version.
    """
    if refuse_newer(connection, file, len(migrations)) == len(migrations):
        return None
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been faster, so look again under the lock.
        version = refuse_newer(connection, file, len(migrations))
        backup = _back_up(file, version) if 0 < version < len(migrations) else None
        upgrade(connection, version, migrations)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return backup


def upgrade(
    connection: sqlite3.Connection,
    version: int,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> None:
    """Make the migrations from `version` on."""
    for statements in migrations[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(migrations)}")


def refuse_newer(connection: sqlite3.Connection, file: Path, known: int = len(MIGRATIONS)) -> int:
    """The version of the database. Raises HistoryUnavailable where it is beyond what is `known`."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > known:
        raise HistoryUnavailable(
            f"the history {file} was written by a newer playground "
            f"(its version is {version}, this program knows {known})",
            "it is left as it is: update playground",
        )
    return version


def _back_up(file: Path, version: int) -> Path:
    """A copy of what is committed; the migration that waits holds the lock, so nothing is added."""
    target = free_name(file, f"version-{version}")
    partial = target.with_name(f"{target.name}.partial")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    partial.rename(target)
    return target
