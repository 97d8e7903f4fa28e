"""Between rows and values. A `Statement` is what a journal writes: SQL and its parameters."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from playground.api.events import Finished, Started, Token
from playground.api.request import GenerationRequest
from playground.session.nodes import Node, NodeToken
from playground.session.store.packing import Packed, pack, unpack
from playground.session.store.records import Run

Statement = tuple[str, tuple[Any, ...]]

RUN_COLUMNS = tuple(f.name for f in msgspec.structs.fields(Run))
NODE_COLUMNS = tuple(f.name for f in msgspec.structs.fields(Node) if f.name != "tokens")
RUN_JSON = ("beside_hashes", "versions", "variables")


def session_row(session: str, name: str | None, created: float, forked: str | None) -> Statement:
    sql = "INSERT INTO session (id, name, created, forked_from) VALUES (?, ?, ?, ?)"
    return sql, (session, name, created, forked)


def cursor_moved(session: str, cursor: str | None) -> list[Statement]:
    """The cursor goes to a node; what was taken back before cannot be made again. Nothing for where it is."""
    moves = "FROM session WHERE id = ? AND cursor IS NOT ?"
    return [
        (
            f"DELETE FROM move WHERE session = ? AND place >= (SELECT place {moves})",
            (session, session, cursor),
        ),
        (f"INSERT INTO move SELECT id, place, cursor {moves}", (session, cursor)),
        (
            "UPDATE session SET cursor = ?, place = place + 1 WHERE id = ? AND cursor IS NOT ?",
            (cursor, session, cursor),
        ),
    ]


def cursor_stepped(session: str, cursor: str | None, by: int) -> list[Statement]:
    """A move is taken back (`by` -1) or made again (1): the cursor goes to `cursor`, which is next to it."""
    return [
        (
            "INSERT OR REPLACE INTO move SELECT id, place, cursor FROM session WHERE id = ?",
            (session,),
        ),
        ("UPDATE session SET cursor = ?, place = place + ? WHERE id = ?", (cursor, by, session)),
    ]


def moves_made(
    session: str, past: Sequence[str | None], cursor: str | None, future: Sequence[str | None]
) -> list[Statement]:
    """All moves of a session that has none yet; the next one first in `future`."""
    places = [*enumerate(past), *enumerate(future, len(past) + 1)]
    return [
        *(("INSERT INTO move VALUES (?, ?, ?)", (session, at, node)) for at, node in places),
        (
            "UPDATE session SET cursor = ?, place = ? WHERE id = ?",
            (cursor, len(past), session),
        ),
    ]


def run_row(run: Run, writer: str) -> Statement:
    values = {name: getattr(run, name) for name in RUN_COLUMNS}
    values |= {name: _json(values[name]) for name in RUN_JSON}
    values["request"] = _json(msgspec.structs.replace(run.request, prompt=""))
    columns = ", ".join((*RUN_COLUMNS, "writer"))
    marks = ", ".join("?" * (len(RUN_COLUMNS) + 1))
    return f"INSERT INTO run ({columns}) VALUES ({marks})", (*values.values(), writer)


def run_of(row: sqlite3.Row) -> Run:
    values = {name: row[name] for name in RUN_COLUMNS}
    values |= {name: msgspec.json.decode(values[name]) for name in RUN_JSON}
    values["request"] = msgspec.json.decode(values["request"], type=GenerationRequest)
    return Run(**values)


def started_run(id_: str, started: Started, request: GenerationRequest, **more: Any) -> Run:
    """The run that a sequence's start tells of."""
    facts = {name: getattr(started, name) for name in RUN_COLUMNS if hasattr(started, name)}
    request = msgspec.structs.replace(request, seed=started.seed)
    return Run(id=id_, request=request, **facts, **more)


def node_rows(session: str, node: Node) -> list[Statement]:
    values = {name: getattr(node, name) for name in NODE_COLUMNS}
    columns = ", ".join((*NODE_COLUMNS, "session"))
    marks = ", ".join("?" * (len(NODE_COLUMNS) + 1))
    row = f"INSERT INTO node ({columns}) VALUES ({marks})", (*values.values(), session)
    return [row, token_row(node.id, 0, pack(node.tokens))] if node.tokens else [row]


def node_of(row: sqlite3.Row, tokens: tuple[NodeToken, ...]) -> Node:
    facts = {name: row[name] for name in NODE_COLUMNS}
    return Node(**facts | {"tokens": tokens, "pinned": bool(row["pinned"])})


def tokens_of(connection: sqlite3.Connection, node: str, text: str) -> tuple[NodeToken, ...]:
    """The tokens of a node whose text is `text`."""
    sql = "SELECT ids, lengths, logprobs, raw_logprobs FROM tokens WHERE node = ? ORDER BY first"
    rows: list[Packed] = [tuple(row) for row in connection.execute(sql, (node,))]
    return unpack(rows, text)


def token_row(node: str, first: int, packed: Packed) -> Statement:
    return "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", (node, first, *packed)


def tokens_said(node: str, tokens: list[Token]) -> list[Statement]:
    """What a running node has said since the last time."""
    text = "".join(token.text for token in tokens)
    return [
        token_row(node, tokens[0].index, pack(tokens)),
        ("UPDATE node SET text = text || ? WHERE id = ?", (text, node)),
    ]


def node_finished(node: str, end: Finished) -> Statement:
    sql = (
        "UPDATE node SET text = ?, ended = ?, stop = ?, error = ?, seconds = ? "
        "WHERE id = ? AND ended = 'running'"
    )
    return sql, (end.text, end.reason, end.stop, end.error, end.seconds, node)


def node_interrupted(node: str) -> Statement:
    return "UPDATE node SET ended = 'interrupted' WHERE id = ? AND ended = 'running'", (node,)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
