"""The text form of a chain: `repetition_penalty(1.2) | temperature(0.8) | sample`.

It is Python's own expression syntax restricted to names, calls and literals, so quoting and nesting are
what people expect. Knows nothing of which stages exist.
"""

from __future__ import annotations

import ast
from typing import Any

import msgspec

from playground.api.errors import InvalidInput

CONSTANTS = {
    "true": True,
    "false": False,
    "none": None,
    "inf": float("inf"),
    "nan": float("nan"),
}
"""Words that are values, at any depth and in any case."""


class Stage(msgspec.Struct, frozen=True):
    """One stage as written: its name, its arguments, and the column where it begins."""

    name: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = {}
    place: int = 0

    def __str__(self) -> str:
        parts = [_literal(value) for value in self.arguments]
        parts += [f"{key}={_literal(value)}" for key, value in self.options.items()]
        return f"{self.name}({', '.join(parts)})" if parts else self.name


def parse(text: str) -> list[Stage]:
    """The stages of a chain in order. Raises InvalidInput that points at the place."""
    if not text.strip():
        raise InvalidInput("the chain is empty", 'a chain looks like "temperature(0.8) | sample"')
    source = text.strip().replace("\n", " ")
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # The parser gives no offset where the text ends too early.
        place = (getattr(error, "offset", None) or len(source) + 1) - 1
        raise _malformed(source, place, getattr(error, "msg", "too deeply nested")) from None
    return [_stage(node, source) for node in _split(tree.body)]


def format_chain(stages: list[Stage]) -> str:
    """The text of a chain."""
    return " | ".join(map(str, stages))


def _split(node: ast.expr) -> list[ast.expr]:
    stages: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        stages.append(node.right)
        node = node.left
    return [node, *reversed(stages)]


def _stage(node: ast.expr, source: str) -> Stage:
    if isinstance(node, ast.Name):
        return Stage(node.id, place=node.col_offset)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        raise _malformed(source, node.col_offset, "a stage is a name, or a name with options")
    options = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _malformed(source, keyword.col_offset, "options are written name=value")
        options[keyword.arg] = _value(keyword.value, source)
    arguments = tuple(_value(argument, source) for argument in node.args)
    return Stage(node.func.id, arguments, options, node.col_offset)


class _Constants(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        word = node.id.lower()
        return ast.copy_location(ast.Constant(CONSTANTS[word]), node) if word in CONSTANTS else node


def _value(node: ast.expr, source: str) -> Any:
    try:
        return ast.literal_eval(_Constants().visit(node))
    except (ValueError, TypeError, SyntaxError):
        message = "an option's value is a number, a quoted text, true, false, a list or a mapping"
        raise _malformed(source, node.col_offset, message) from None


def _literal(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return repr(value)


def _malformed(source: str, place: int, why: str) -> InvalidInput:
    # Columns of the parser count UTF-8 bytes.
    column = len(source.encode()[:place].decode(errors="ignore"))
    start = max(0, column - 60)
    return InvalidInput(
        f"malformed chain at column {column + 1}: {why}",
        f"{source[start : column + 40]}\n{' ' * (column - start)}^",
    )
