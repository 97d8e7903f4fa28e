"""What a person means by a name, the beginning of an id, or `last`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from playground.api.errors import InvalidInput, UnknownName
from playground.registry import did_you_mean
from playground.session.ids import typed
from playground.session.store.records import SessionInfo

LAST = "last"
BEGINNING = 200
"""Characters of a session's first text that are shown in a list."""


def sessions(connection: sqlite3.Connection, *, deleted: bool) -> list[SessionInfo]:
    """Sessions that are not deleted, or those that are; the one used last first."""
    sql = f"""
        SELECT session.id, name, created, cursor, forked_from, deleted,
            (SELECT count(*) FROM node WHERE node.session = session.id AND node.deleted IS NULL) AS nodes,
            max(created, coalesce(
                (SELECT max(node.created) FROM node WHERE node.session = session.id), 0)) AS used,
            coalesce((SELECT substr(text, 1, {BEGINNING}) FROM node
                WHERE node.session = session.id ORDER BY key LIMIT 1), '') AS beginning
        FROM session WHERE (deleted IS NOT NULL) = ? ORDER BY used DESC, session.id DESC
    """
    rows = connection.execute(sql, (deleted,)).fetchall()
    return [msgspec.convert(dict(row), SessionInfo) for row in rows]


def one_session(
    reference: str, known: Sequence[SessionInfo], *, deleted: bool = False
) -> SessionInfo:
    """The one of `known`, the one used last first, that `reference` means."""
    what = "deleted session" if deleted else "session"
    named = {session.name: session for session in known if session.name}
    if reference in named:
        return named[reference]
    if reference == LAST and known:
        return known[0]
    start = typed(reference)
    begin = [session for session in known if start and session.id.startswith(start)]
    if len(begin) > 1:
        raise _several(what, reference, [session.id for session in begin])
    if not begin:
        near = did_you_mean(reference, [*named]) or "playground sessions list"
        raise UnknownName(f"there is no {what} {reference!r}", near)
    return begin[0]


def one_node(connection: sqlite3.Connection, reference: str) -> str:
    """The id of the node that `reference` means."""
    if reference == LAST:
        return _last(connection)
    named = _ids(connection, "name = ? ORDER BY key DESC", reference)
    if len(named) > 1:
        raise _several("nodes have the name", reference, named)
    if named:
        return named[0]
    start = typed(reference)
    begin = _ids(connection, "id >= ? AND id < ? || '~' ORDER BY id", start, start) if start else []
    if len(begin) > 1:
        raise _several("nodes begin with", reference, begin)
    if begin:
        return begin[0]
    names = connection.execute("SELECT name FROM node WHERE name IS NOT NULL").fetchall()
    near = did_you_mean(reference, [name for (name,) in names])
    hint = near or "playground sessions show SESSION shows the ids of its nodes"
    raise UnknownName(f"there is no node {reference!r}", hint)


def check_name(name: str, others: Sequence[SessionInfo]) -> None:
    """Raises InvalidInput for a name that another session has, or that would mean something else."""
    if not name.strip():
        raise InvalidInput("a name needs a character that is seen")
    if name == LAST:
        raise InvalidInput(f"{LAST!r} is the session used last, and no name")
    if any(name == session.name for session in others):
        raise InvalidInput(f"there is a session {name!r} already", "choose another name")


def _last(connection: sqlite3.Connection) -> str:
    sql = """
        SELECT node.id FROM node JOIN session ON session.id = node.session
        WHERE run IS NOT NULL AND kind = 'generated' AND node.deleted IS NULL
            AND session.deleted IS NULL
        ORDER BY key DESC LIMIT 1
    """
    row = connection.execute(sql).fetchone()
    if row is None:
        raise UnknownName("nothing was generated yet", "playground gen TEXT")
    return str(row[0])


def _ids(connection: sqlite3.Connection, condition: str, *values: str) -> list[str]:
    rows = connection.execute(f"SELECT id FROM node WHERE {condition} LIMIT 5", values)
    return [str(id_) for (id_,) in rows]


def _several(what: str, reference: str, ids: list[str]) -> InvalidInput:
    return InvalidInput(f"several {what} {reference!r}", f"such as {', '.join(ids[:4])}")
