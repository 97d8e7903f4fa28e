"""A curve in a few lines of text: braille characters are grids of dots, two wide and four high.

It does not know what the values are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of a dot by column and row from the top."""
EMPTY = 0x2800


def curve(values: Sequence[float], width: int, height: int) -> list[str]:
    """`values` from left to right as lines of `width` characters, `height` of them, the largest on top.

    With more values than columns of dots each column is the mean of its share; neighbouring columns are
    joined, so that a steep fall is a line.
    """
    columns = _resampled(values, 2 * width)
    low, high = min(columns), max(columns)
    rows = 4 * height
    scale = (rows - 1) / (high - low) if high > low else 0.0
    places = [round((high - value) * scale) for value in columns]  # rows from the top
    cells = [[EMPTY] * width for _ in range(height)]
    before = places[0]
    for column, place in enumerate(places):
        for row in _joined(before, place):
            cells[row // 4][column // 2] |= DOTS[column % 2][row % 4]
        before = place
    return ["".join(map(chr, line)) for line in cells]


def _joined(before: int, place: int) -> range:
    """The rows from next to the column before up to this one's."""
    if before < place:
        return range(before + 1, place + 1)
    return range(place, before) if before > place else range(place, place + 1)


def _resampled(values: Sequence[float], columns: int) -> list[float]:
    if len(values) <= columns:
        return [values[place * len(values) // columns] for place in range(columns)]
    edges = [place * len(values) // columns for place in range(columns + 1)]
    return [sum(values[start:end]) / (end - start) for start, end in pairwise(edges)]
