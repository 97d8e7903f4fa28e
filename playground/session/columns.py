"""Texts side by side, laid out in columns of a terminal: how many fit beside each other, where words wrap.

It does not know how a style is drawn: it is given a function that does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from playground.api.outputs import Column, Piece
from playground.session.layout import display_width
from playground.session.safe_text import one_line

LEAST = 24
"""Terminal columns that a text needs to be read beside others."""
BETWEEN = " │ "
CROSSING = "─┼─"

Styled = Callable[[str, str], str]
Cell = tuple[str, str, int]
"""A character as it is drawn, its style, and the columns it takes."""
Line = list[Cell]


def column_lines(
    columns: Sequence[Column], width: int, styled: Styled, *, height: int | None = None
) -> list[str]:
    """The lines that show `columns` in `width` terminal columns; `styled(text, style)` draws a style.

    Where they do not all fit beside each other, they stand in rows of as many as do. With `height` there
    are at most so many lines: of each text its end.
    """
    beside = max(1, (width + len(BETWEEN)) // (LEAST + len(BETWEEN)))
    rows = math.ceil(len(columns) / beside)
    beside = math.ceil(len(columns) / rows)
    room = max(1, (width - len(BETWEEN) * (beside - 1)) // beside)
    each = None if height is None else max(1, height // rows - (rows > 1))
    lines: list[str] = []
    for number, row in enumerate(_batched(columns, beside)):
        lines += [""] * (number > 0)
        lines += _row(row, room, styled, each)
    return lines if height is None else lines[:height]


def _batched(columns: Sequence[Column], size: int) -> Iterator[Sequence[Column]]:
    for start in range(0, len(columns), size):
        yield columns[start : start + size]


def _row(row: Sequence[Column], room: int, styled: Styled, height: int | None) -> Iterator[str]:
    heads = [wrapped([Piece(column.name, "bold")], room) for column in row]
    texts = [wrapped(column.pieces, room) for column in row]
    head = max(map(len, heads))
    body = max(map(len, texts))
    if height is not None:
        head = max(0, min(head, height - 2))
        body = min(body, height - head - 1)
        texts = [text[-body:] if body > 0 else [] for text in texts]
    yield from _beside([lines[:head] for lines in heads], head, room, styled)
    yield CROSSING.join("─" * room for _ in row)
    yield from _beside(texts, body, room, styled)


def _beside(
    texts: Sequence[Sequence[Line]], height: int, room: int, styled: Styled
) -> Iterator[str]:
    for at in range(height):
        drawn = [
            _drawn(text[at] if at < len(text) else [], room, styled, last=text is texts[-1])
            for text in texts
        ]
        yield BETWEEN.join(drawn)


def _drawn(line: Line, room: int, styled: Styled, *, last: bool) -> str:
    shown = "".join(
        styled("".join(cell[0] for cell in cells), style)
        for style, cells in groupby(line, key=lambda cell: cell[1])
    )
    return shown if last else shown + " " * (room - sum(cell[2] for cell in line))


def wrapped(pieces: Iterable[Piece], room: int) -> list[Line]:
    """The lines of a text in `room` columns, broken between words where there is a space to break at."""
    lines: list[Line] = []
    line: Line = []
    used = 0
    for cell in _cells(pieces):
        if cell[0] == "\n":
            lines.append(line)
            line, used = [], 0
            continue
        if used + cell[2] > room and cell[0] == " ":
            lines.append(line)
            line, used = [], 0
            continue
        while line and used + cell[2] > room:
            place = next((at for at in reversed(range(len(line))) if line[at][0] == " "), -1) + 1
            whole, line = (line[:place], line[place:]) if place else (line, [])
            lines.append(whole)
            used = sum(each[2] for each in line)
        line.append(cell)
        used += cell[2]
    return [*lines, line] if line else lines


def _cells(pieces: Iterable[Piece]) -> Iterator[Cell]:
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                yield "\n", "", 0
            # What is made visible may be several characters, each of which can stand on a line.
            yield from ((letter, piece.style, display_width(letter)) for letter in one_line(part))
