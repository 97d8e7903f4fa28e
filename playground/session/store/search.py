"""Full-text search by substrings, through an index of trigrams.

Base models write words that no dictionary has, code, verse and every script, so what is looked for
is a stretch of characters, not a word: `"to be"`, `fn(`, `ROMEO:`. Terms are separated by spaces, or
stand in quotes; a node matches that holds all of them, whatever their case.
"""

from __future__ import annotations

import re
import sqlite3

from playground.api.errors import InvalidInput
from playground.session.store.records import Match

TERM = re.compile(r'"([^"]*)"|(\S+)')
INDEXED = 3
"""Characters of the shortest term that the index finds; for a shorter one the texts are read."""
AROUND = 40
"""Characters of an excerpt before and after what was found."""

SQL = """
    SELECT node.session AS session, session.name AS session_name, node.id AS node, kind,
        node.created AS created, text
    FROM node JOIN session ON session.id = node.session
    WHERE session.deleted IS NULL AND node.ended IS NOT 'running' AND {conditions}
        AND NOT EXISTS (
            WITH RECURSIVE above(id, parent, deleted) AS (
                SELECT node.id, node.parent, node.deleted
                UNION ALL
                SELECT upper.id, upper.parent, upper.deleted
                FROM node AS upper JOIN above ON upper.id = above.parent
            )
            SELECT 1 FROM above WHERE deleted IS NOT NULL
        )
    ORDER BY node.key DESC LIMIT ?
"""


def terms(query: str) -> list[str]:
    """The terms of a query. Raises InvalidInput where there is none."""
    found = [quoted or bare for quoted, bare in TERM.findall(query)]
    if not any(found):
        raise InvalidInput("there is nothing to search for", 'give words, or "a phrase" in quotes')
    return [term for term in found if term]


def search(connection: sqlite3.Connection, query: str, limit: int) -> list[Match]:
    """The newest `limit` nodes that hold every term and are not hidden."""
    wanted = terms(query)
    indexed = " ".join('"' + t.replace('"', '""') + '"' for t in wanted if len(t) >= INDEXED)
    conditions = ["key IN (SELECT rowid FROM search WHERE search MATCH ?)"] * bool(indexed)
    short = [term for term in wanted if len(term) < INDEXED]
    conditions += ["text LIKE ? ESCAPE '\\'"] * len(short)
    values = ([indexed] if indexed else []) + [f"%{_literal(term)}%" for term in short]
    rows = connection.execute(
        SQL.format(conditions=" AND ".join(conditions)), (*values, limit)
    ).fetchall()
    return [_match(row, wanted) for row in rows]


def excerpt(text: str, wanted: list[str]) -> str:
    """The text around the first term, with … where it was cut."""
    found = re.search(re.escape(wanted[0]), text, re.IGNORECASE)
    start, end = found.span() if found else (0, 0)
    start, end = max(0, start - AROUND), min(len(text), end + AROUND)
    return "…" * (start > 0) + text[start:end] + "…" * (end < len(text))


def _literal(term: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", term)


def _match(row: sqlite3.Row, wanted: list[str]) -> Match:
    return Match(
        session=row["session"],
        session_name=row["session_name"],
        node=row["node"],
        kind=row["kind"],
        created=row["created"],
        excerpt=excerpt(row["text"], wanted),
    )
