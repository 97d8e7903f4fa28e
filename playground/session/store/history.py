"""The history as front ends use it: sessions by name, their trees, and what changes in them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from playground import paths
from playground.api.errors import UnknownName
from playground.session.ids import new_id
from playground.session.nodes import Node
from playground.session.store import lookup, search
from playground.session.store.database import Database
from playground.session.store.faults import HistoryUnavailable
from playground.session.store.records import Match, Run, SessionInfo
from playground.session.store.rows import (
    Statement,
    cursor_moved,
    cursor_stepped,
    moves_made,
    node_of,
    node_rows,
    run_of,
    session_row,
    tokens_of,
)
from playground.session.tree import Tree

MOVES_OF = "SELECT place, node FROM move WHERE session = ? ORDER BY place"
NEXT_MOVE = """
    SELECT node FROM move JOIN session ON session.id = move.session
    WHERE session.id = ? AND move.place = session.place + ?
"""
WITHOUT_NODES = "DELETE FROM run WHERE id NOT IN (SELECT run FROM node WHERE run NOT NULL)"


def history_file() -> Path:
    return paths.data_folder() / "history.sqlite3"


class History(Database):
    """Every session of a user; see `Database` for what opening and closing mean."""

    def sessions(self, *, deleted: bool = False) -> list[SessionInfo]:
        """Those that are not deleted, or those that are; the one used last first."""
        with self.told():
            return lookup.sessions(self.connection, deleted=deleted)

    def session(self, reference: str, *, deleted: bool = False) -> SessionInfo:
        """The session of a name, of an id or its beginning, or the `last` one.

        Raises UnknownName, with near names as a hint, and InvalidInput where several are meant.
        """
        return lookup.one_session(reference, self.sessions(deleted=deleted), deleted=deleted)

    def session_of(self, node: str) -> str:
        """The id of the session in which a node is."""
        sql = "SELECT session FROM node WHERE id = ?"
        with self.told():
            return str(self.connection.execute(sql, (node,)).fetchone()[0])

    def node_id(self, reference: str) -> str:
        """The id of the node of a name, of an id or its beginning, in any session, or the `last`
        one that was generated. Raises as `session`."""
        with self.told():
            return lookup.one_node(self.connection, reference)

    def tree(self, session: str, *, tokens: bool = True) -> Tree:
        """All of a session; without `tokens` its nodes have none, which is quicker."""
        sql = "SELECT * FROM node WHERE session = ? ORDER BY key"
        with self.transaction("DEFERRED") as execute:
            sql_of_session = "SELECT cursor, place FROM session WHERE id = ?"
            known = execute(sql_of_session, (session,)).fetchone()
            if known is None:
                raise UnknownName(f"there is no session {session!r}", "playground sessions list")
            rows = execute(sql, (session,)).fetchall()
            nodes = [self._node(row, tokens) for row in rows]
            moves = execute(MOVES_OF, (session,)).fetchall()
        deleted = [row["id"] for row in rows if row["deleted"] is not None]
        past = [node for place, node in moves if place < known["place"]]
        future = [node for place, node in moves if place > known["place"]]
        return Tree(nodes, known["cursor"], deleted, past=past, future=future)

    @property
    def data_version(self) -> int:
        """Another number as soon as somebody else has written into the database."""
        with self.told():
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def nodes_after(self, session: str, key: int) -> list[tuple[int, str, bool]]:
        """The rows of a session's nodes after the row `key`: number, id, whether it has ended."""
        sql = """
            SELECT key, id, ended IS NOT 'running' FROM node WHERE session = ? AND key > ? ORDER BY key
        """
        with self.told():
            rows = self.connection.execute(sql, (session, key)).fetchall()
        return [(row["key"], row["id"], bool(row[2])) for row in rows]

    def node(self, node: str) -> Node:
        """A node as it is now."""
        with self.told():
            row = self.connection.execute("SELECT * FROM node WHERE id = ?", (node,)).fetchone()
            return self._node(row, tokens=True)

    def marks(self, session: str) -> list[tuple[str, str | None, bool]]:
        """Ids, names and pins of a session's nodes."""
        sql = "SELECT id, name, pinned FROM node WHERE session = ?"
        with self.told():
            rows = self.connection.execute(sql, (session,)).fetchall()
        return [(row["id"], row["name"], bool(row["pinned"])) for row in rows]

    def run(self, run: str) -> Run:
        sql = "SELECT * FROM run WHERE id = ?"
        with self.told():
            return run_of(self.connection.execute(sql, (run,)).fetchone())

    def search(self, query: str, limit: int) -> list[Match]:
        """Nodes whose text holds every word of `query`, the newest first; see store/search.py."""
        with self.told():
            return search.search(self.connection, query, limit)

    def begin(self, name: str | None = None) -> str:
        """A new, empty session; its id. Raises InvalidInput for a name that is taken."""
        session = new_id()
        self._check_name(name, session)
        self.write([session_row(session, name, time.time(), None)])
        return session

    def rename(self, session: str, name: str) -> None:
        """Raises InvalidInput for a name that is taken, or that would be read as another thing."""
        self._check_name(name, session)
        self.write([("UPDATE session SET name = ? WHERE id = ?", (name, session))])

    def fork(self, node: str, name: str | None = None) -> str:
        """A new session that begins as the path to `node`; its id."""
        copy = self.tree(self.session_of(node)).copy_of_path(node)
        session = new_id()
        self._check_name(name, session)
        rows = [row for step in copy for row in node_rows(session, step)]
        begun = session_row(session, name, time.time(), node)
        self.write([begun, *rows, *moves_made(session, (), copy.cursor, ())])
        return session

    def add(self, session: str, nodes: Iterable[Node]) -> None:
        """New nodes, parents before children."""
        self.write([row for node in nodes for row in node_rows(session, node)])

    def mark(self, node: Node) -> None:
        """Keep a node's name and pin as they are now."""
        sql = "UPDATE node SET name = ?, pinned = ? WHERE id = ?"
        self.write([(sql, (node.name, node.pinned, node.id))])

    def hide(self, node: str, hidden: bool) -> None:
        """Keep that a node is deleted, or that it no longer is; nothing of it goes away."""
        self.write([_deletion("node", node, hidden)])

    def move(self, session: str, cursor: str | None) -> None:
        """Keep where one goes on."""
        self.write(cursor_moved(session, cursor))

    def step(self, session: str, cursor: str | None, by: int) -> None:
        """Keep that a move to `cursor` was taken back (`by` -1) or made again (1)."""
        with self.transaction("IMMEDIATE") as execute:
            beside = execute(NEXT_MOVE, (session, by)).fetchone()
            # Where another front end has moved meanwhile, it is a move like any other.
            known = beside is not None and beside["node"] == cursor
            stepped = (
                cursor_stepped(session, cursor, by) if known else cursor_moved(session, cursor)
            )
            for sql, parameters in stepped:
                execute(sql, parameters)

    def fill(self, session: str, tree: Tree) -> None:
        """All of a tree, its moves too, for a session that is empty yet."""
        rows = [row for node in tree for row in node_rows(session, node)]
        hidden = [_deletion("node", node, True) for node in tree.deleted]
        self.write([*rows, *hidden, *moves_made(session, tree.past, tree.cursor, tree.future)])

    def delete(self, session: str) -> None:
        """Hide a session; `restore` undoes it."""
        self.write([_deletion("session", session, True)])

    def restore(self, session: str) -> None:
        """Raises InvalidInput where another session has the name by now."""
        self._check_name(self.session(session, deleted=True).name, session)
        self.write([_deletion("session", session, False)])

    def erase(self, session: str) -> bool:
        """Remove a session for ever, also from the bytes of the file; False where another process
        reads, so that they stay in the journal until it has closed the history.

        Raises HistoryUnavailable while something is being generated in it.
        """
        live = "SELECT 1 FROM node WHERE session = ? AND ended = 'running'"
        with self.told():
            if self.connection.execute(live, (session,)).fetchone():
                raise HistoryUnavailable("something is generated in this session now", "try later")
            self.connection.execute("PRAGMA secure_delete = ON")
            self.write(
                [
                    ("DELETE FROM node WHERE session = ?", (session,)),
                    ("DELETE FROM session WHERE id = ?", (session,)),
                    (WITHOUT_NODES, ()),
                    ("INSERT INTO search(search) VALUES ('optimize')", ()),
                ]
            )
            # What was erased is in the journal, too, until that is emptied.
            busy: int = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def _node(self, row: sqlite3.Row, tokens: bool) -> Node:
        wanted = tokens and row["kind"] != "text"
        return node_of(row, tokens_of(self.connection, row["id"], row["text"]) if wanted else ())

    def _check_name(self, name: str | None, session: str) -> None:
        if name is not None:
            lookup.check_name(name, [s for s in self.sessions() if s.id != session])


def _deletion(table: str, id_: str, deleted: bool) -> Statement:
    return f"UPDATE {table} SET deleted = ? WHERE id = ?", (time.time() if deleted else None, id_)
