"""A session for programs: JSON with all that is known, a line of JSON a node, a row a token."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import msgspec

from playground.session.export.document import Document
from playground.session.nodes import Node

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""
COLUMNS = (
    "session", "node", "sequence", "index", "id", "text", "logprob", "probability",
    "raw_logprob", "raw_probability",
)  # fmt: skip


def to_json(document: Document) -> str:
    """One object: the session, its runs by id, its nodes with their tokens."""
    nodes = [_with_depth(depth, node) for depth, node in document.nodes]
    whole = {"session": document.session, "runs": document.runs, "nodes": nodes}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1).decode() + "\n"


def to_jsonl(document: Document) -> str:
    """A node a line, its run in it."""
    encoder = msgspec.json.Encoder()
    lines = []
    for depth, node in document.nodes:
        run = document.runs.get(node.run or "")
        value = {"session": document.session.id, **_with_depth(depth, node), "run": run}
        lines.append(encoder.encode(value).decode() + "\n")
    return "".join(lines)


def to_csv(document: Document) -> str:
    """A token a row; what is not finite is an empty cell."""
    out = io.StringIO()
    # Every text in quotes: a carriage return ends a row for some readers and for others does not.
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for _, node in document.nodes:
        for index, token in enumerate(node.tokens):
            chances = (*_chance(token.logprob), *_chance(token.raw_logprob))
            place = (document.session.id, node.id, node.sequence, index, token.id)
            writer.writerow((*place, cell(token.text), *chances))
    return out.getvalue()


def cell(text: str) -> str:
    """`text` so that a spreadsheet does not compute it: an apostrophe goes before what might be a
    formula, and before an apostrophe, so that one at the beginning can always be taken away."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _chance(logprob: float) -> tuple[Any, Any]:
    return (_rounded(logprob) if math.isfinite(logprob) else "", _rounded(math.exp(logprob)))


def _rounded(number: float) -> float:
    return float(f"{number:.6g}")


def _with_depth(depth: int, node: Node) -> dict[str, Any]:
    return {"depth": depth, **msgspec.structs.asdict(node)}
