"""How a table is laid out in columns of a terminal: what is drawn, how wide it is, where it wraps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from playground.session.safe_text import one_line

LEAST_ROOM = 20
"""Columns that a last column must have to be wrapped in."""


def table_lines(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[str] = (),
    width: int | None = None,
) -> list[str]:
    """Aligned columns, the headers first; those named in `right` are right-aligned. None is an empty cell.

    The last column wraps under itself where a line would be wider than `width`. Where there is no room
    for that, each row is lines of `header: cell`.
    """
    headers = [one_line(header) for header in headers]
    cells = [["" if cell is None else one_line(str(cell)) for cell in row] for row in rows]
    columns = list(zip(headers, *cells, strict=True))
    widths = [max(map(display_width, column)) for column in columns]
    if width is not None and sum(widths[:-1]) + 2 * len(widths) + LEAST_ROOM // 2 > width:
        return [line for row in cells for line in _stacked(headers, row)]
    flush_right = [header in set(right) for header in headers]
    return [
        line for row in [list(headers), *cells] for line in _lines(row, widths, flush_right, width)
    ]


def _stacked(headers: Sequence[str], row: Sequence[str]) -> list[str]:
    """A row on a narrow terminal; a cell without a header marks the row."""
    lines = [
        f"{header}: {cell}" if header else cell
        for header, cell in zip(headers, row, strict=True)
        if cell
    ]
    return [*lines, ""]


def _lines(
    row: Sequence[str], widths: Sequence[int], flush_right: Sequence[bool], width: int | None
) -> list[str]:
    cells = zip(row[:-1], widths, flush_right, strict=False)
    head = "".join(_padded(*cell) + "  " for cell in cells)
    if flush_right[-1]:
        return [head + _padded(row[-1], widths[-1], True)]
    indent = display_width(head)
    room = None if width is None else width - indent
    if room is None or display_width(row[-1]) <= room or room < LEAST_ROOM:
        return [(head + row[-1]).rstrip()]
    import textwrap

    first, *rest = textwrap.wrap(row[-1], room) or [""]
    return [head + first, *(" " * indent + line for line in rest)]


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if right else text + space


def display_width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    drawn = (c for c in text if not unicodedata.combining(c))
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in drawn)
