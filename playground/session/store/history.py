"""The history as front ends use it: sessions by name, their trees, and what changes in them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from playground import paths
from playground.api.errors import UnknownName
from playground.session.ids import new_id
from playground.session.store import lookup, search
from playground.session.store.connection import open_database, replace_damaged
from playground.session.store.faults import ERRORS, HistoryUnavailable, is_damage, reason
from playground.session.store.locks import Presence, is_alive
from playground.session.store.records import Match, Run, SessionInfo
from playground.session.store.rows import (
    Statement,
    cursor_moved,
    node_of,
    node_rows,
    run_of,
    session_row,
    tokens_of,
)
from playground.session.tree import Node, Tree


def history_file() -> Path:
    return paths.data_folder() / "history.sqlite3"


class History:
    """The database in `file`. Closing it gives back its locks.

    `notices` is what the user should be told of its opening, a line each. Opening raises
    HistoryUnavailable where the file cannot be used; every other operation too, where it fails.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._presence: Presence | None = None
        with self._told():
            self._connection, self.notices = open_database(file)
        self._connection.row_factory = sqlite3.Row
        try:
            with self._told():
                self._mark_interrupted()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> History:
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
        self._connection.close()
        if self._presence:
            self._presence.close()
            self._presence = None

    @property
    def writer(self) -> str:
        """The name under which this process writes runs; while it lives, they are nobody else's."""
        if self._presence is None:
            with self._told():
                self._presence = Presence(self._writers)
                for file in self._writers.iterdir():
                    is_alive(self._writers, file.name)  # removes what the dead left
        return self._presence.writer

    def sessions(self, *, deleted: bool = False) -> list[SessionInfo]:
        """Those that are not deleted, or those that are; the one used last first."""
        with self._told():
            return lookup.sessions(self._connection, deleted=deleted)

    def session(self, reference: str, *, deleted: bool = False) -> SessionInfo:
        """The session of a name, of an id or its beginning, or the `last` one.

        Raises UnknownName, with near names as a hint, and InvalidInput where several are meant.
        """
        return lookup.one_session(reference, self.sessions(deleted=deleted), deleted=deleted)

    def session_of(self, node: str) -> str:
        """The id of the session in which a node is."""
        sql = "SELECT session FROM node WHERE id = ?"
        with self._told():
            return str(self._connection.execute(sql, (node,)).fetchone()[0])

    def node_id(self, reference: str) -> str:
        """The id of the node of a name, of an id or its beginning, in any session, or the `last`
        one that was generated. Raises as `session`."""
        with self._told():
            return lookup.one_node(self._connection, reference)

    def tree(self, session: str, *, tokens: bool = True) -> Tree:
        """All of a session; without `tokens` its nodes have none, which is quicker."""
        sql = "SELECT * FROM node WHERE session = ? ORDER BY key"
        with self._told(), transaction(self._connection, "DEFERRED") as execute:
            known = execute("SELECT cursor FROM session WHERE id = ?", (session,)).fetchone()
            if known is None:
                raise UnknownName(f"there is no session {session!r}", "playground sessions list")
            rows = execute(sql, (session,)).fetchall()
            nodes = [self._node(row, tokens) for row in rows]
        deleted = [row["id"] for row in rows if row["deleted"] is not None]
        return Tree(nodes, known["cursor"], deleted)

    def run(self, run: str) -> Run:
        with self._told():
            return run_of(
                self._connection.execute("SELECT * FROM run WHERE id = ?", (run,)).fetchone()
            )

    def nodes_of_run(self, run: str) -> list[Node]:
        """What a run generated, in the order of its sequences."""
        sql = "SELECT * FROM node WHERE run = ? ORDER BY key"
        with self._told(), transaction(self._connection, "DEFERRED") as execute:
            rows = execute(sql, (run,)).fetchall()
            return [self._node(row, True) for row in rows]

    def search(self, query: str, limit: int) -> list[Match]:
        """Nodes whose text holds every word of `query`, the newest first; see store/search.py."""
        with self._told():
            return search.search(self._connection, query, limit)

    def begin(self, name: str | None = None) -> str:
        """A new, empty session; its id. Raises InvalidInput for a name that is taken."""
        session = new_id()
        self._check_name(name, session)
        self._write([session_row(session, name, time.time(), None)])
        return session

    def rename(self, session: str, name: str) -> None:
        """Raises InvalidInput for a name that is taken, or that would be read as another thing."""
        self._check_name(name, session)
        self._write([("UPDATE session SET name = ? WHERE id = ?", (name, session))])

    def fork(self, node: str, name: str | None = None) -> str:
        """A new session that begins as the path to `node`; its id."""
        copy = self.tree(self.session_of(node)).copy_of_path(node)
        session = new_id()
        self._check_name(name, session)
        rows = [row for step in copy for row in node_rows(session, step)]
        begun = session_row(session, name, time.time(), node)
        self._write([begun, *rows, cursor_moved(session, copy.cursor)])
        return session

    def add(self, session: str, nodes: Iterable[Node]) -> None:
        """New nodes, parents before children."""
        self._write([row for node in nodes for row in node_rows(session, node)])

    def mark(self, node: Node) -> None:
        """Keep a node's name and pin as they are now."""
        sql = "UPDATE node SET name = ?, pinned = ? WHERE id = ?"
        self._write([(sql, (node.name, node.pinned, node.id))])

    def hide(self, node: str, hidden: bool) -> None:
        """Keep that a node is deleted, or that it no longer is; nothing of it goes away."""
        self._write([_deletion("node", node, hidden)])

    def move(self, session: str, cursor: str | None) -> None:
        """Keep where one goes on."""
        self._write([cursor_moved(session, cursor)])

    def delete(self, session: str) -> None:
        """Hide a session; `restore` undoes it."""
        self._write([_deletion("session", session, True)])

    def restore(self, session: str) -> None:
        """Raises InvalidInput where another session has the name by now."""
        self._check_name(self.session(session, deleted=True).name, session)
        self._write([_deletion("session", session, False)])

    def erase(self, session: str) -> None:
        """Remove a session for ever, also from the pages of the file.

        Raises InvalidInput while something is being generated in it.
        """
        live = "SELECT 1 FROM node WHERE session = ? AND ended = 'running'"
        with self._told():
            if self._connection.execute(live, (session,)).fetchone():
                raise HistoryUnavailable(
                    "something is being generated in this session", "try later"
                )
            self._connection.execute("PRAGMA secure_delete = ON")
            self._write(
                [
                    ("DELETE FROM node WHERE session = ?", (session,)),
                    ("DELETE FROM session WHERE id = ?", (session,)),
                    (
                        "DELETE FROM run WHERE id NOT IN (SELECT run FROM node WHERE run NOT NULL)",
                        (),
                    ),
                    ("INSERT INTO search(search) VALUES ('optimize')", ()),
                ]
            )
            # What was erased is in the journal, too, until it is begun again.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def explain(self, error: Exception) -> HistoryUnavailable:
        """What to tell of an error; a damaged database is set aside first."""
        told = replace_damaged(self.file) if is_damage(error) else []
        what = told[0] if told else f"the history {self.file} cannot be used: {reason(error)}"
        return HistoryUnavailable(what)

    @property
    def _writers(self) -> Path:
        return self.file.with_name(f"{self.file.stem}-writers")

    def _node(self, row: sqlite3.Row, tokens: bool) -> Node:
        said = (
            tokens_of(self._connection, row["id"], row["text"])
            if tokens and row["kind"] != "text"
            else ()
        )
        return node_of(row, said)

    def _check_name(self, name: str | None, session: str) -> None:
        if name is not None:
            lookup.check_name(name, [s for s in self.sessions() if s.id != session])

    def _mark_interrupted(self) -> None:
        sql = "SELECT DISTINCT writer FROM run WHERE id IN (SELECT run FROM node WHERE ended = 'running')"
        # A writer has its lock before it writes, so asking after reading finds each living one.
        for (writer,) in self._connection.execute(sql).fetchall():
            if not is_alive(self._writers, writer):
                sql = (
                    "UPDATE node SET ended = 'interrupted' WHERE ended = 'running' "
                    "AND run IN (SELECT id FROM run WHERE writer = ?)"
                )
                self._connection.execute(sql, (writer,))

    def _write(self, statements: list[Statement]) -> None:
        """All of them or none."""
        with self._told(), transaction(self._connection) as execute:
            for sql, parameters in statements:
                execute(sql, parameters)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ERRORS as error:
            raise self.explain(error) from error


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[Any]:
    """`execute` within a transaction that an error takes back; a DEFERRED one reads one moment."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield connection.execute
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _deletion(table: str, id_: str, deleted: bool) -> Statement:
    return f"UPDATE {table} SET deleted = ? WHERE id = ?", (time.time() if deleted else None, id_)
