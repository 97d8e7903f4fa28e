"""The open database: transactions, errors in words, and which process writes what.

It knows runs and their writers; sessions and trees are `History`'s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from playground.session.store.connection import open_database, replace_damaged
from playground.session.store.faults import ERRORS, HistoryUnavailable, is_damage, reason
from playground.session.store.locks import Presence, is_alive
from playground.session.store.reading import open_to_read
from playground.session.store.rows import Statement


class Database:
    """The database in `file`. Closing it gives back its locks.

    `notices` is what the user should be told of its opening, a line each. Opening raises
    HistoryUnavailable where the file cannot be used; every other operation too, where it fails.
    """

    def __init__(self, file: Path, *, reading: bool = False) -> None:
        """`reading`: it is only looked at, and may be where nothing can be written."""
        self.file = file
        self._presence: Presence | None = None
        with self.told():
            open_ = open_to_read if reading else open_database
            self.connection, self.notices = open_(file)
        self.connection.row_factory = sqlite3.Row
        try:
            with self.told():
                self._mark_interrupted()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closing it again does nothing."""
        self.connection.close()
        if self._presence:
            self._presence.close()
            self._presence = None

    @property
    def writer(self) -> str:
        """The name under which this process writes runs; while it lives, they are nobody else's."""
        if self._presence is None:
            with self.told():
                self._presence = Presence(self._writers)
                for file in self._writers.iterdir():
                    is_alive(self._writers, file.name)  # removes what the dead left
        return self._presence.writer

    def write(self, statements: list[Statement]) -> None:
        """All of them or none."""
        with self.transaction("IMMEDIATE") as execute:
            for sql, parameters in statements:
                execute(sql, parameters)

    @contextmanager
    def transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[Any]:
        """`execute` within a transaction that an error takes back: one that writes, or a DEFERRED one,
        whose every SELECT sees the same moment."""
        with self.told():
            self.connection.execute(f"BEGIN {kind}")
            try:
                yield self.connection.execute
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the database as HistoryUnavailable."""
        try:
            yield
        except ERRORS as error:
            raise self.explain(error) from error

    def explain(self, error: Exception) -> HistoryUnavailable:
        """What to tell of an error; a damaged database is set aside first."""
        told = replace_damaged(self.file) if is_damage(error) else []
        what = told[0] if told else f"the history {self.file} cannot be used: {reason(error)}"
        return HistoryUnavailable(what)

    @property
    def _writers(self) -> Path:
        return self.file.with_name(f"{self.file.stem}-writers")

    def _mark_interrupted(self) -> None:
        sql = "SELECT DISTINCT writer FROM run WHERE id IN (SELECT run FROM node WHERE ended = 'running')"
        # A writer has its lock before it writes, so asking after reading finds each living one.
        for (writer,) in self.connection.execute(sql).fetchall():
            if not is_alive(self._writers, writer):
                sql = (
                    "UPDATE node SET ended = 'interrupted' WHERE ended = 'running' "
                    "AND run IN (SELECT id FROM run WHERE writer = ?)"
                )
                self.connection.execute(sql, (writer,))
