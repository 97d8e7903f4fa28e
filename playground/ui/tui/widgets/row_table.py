"""A table of rows, one of which is chosen; where it has no room for a column, that ends in an ellipsis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.widgets import DataTable

from playground.session.safe_text import one_line

LEAST = 8
"""Characters of a column without room; what is to the right of it is scrolled to."""


@dataclass(frozen=True)
class Line:
    """A row: its name, which nothing else in the table has, and its cells."""

    name: str
    cells: tuple[str, ...]
    style: str = ""


class RowTable(DataTable[Text]):
    """Cells are plain text of any kind; what could act on a terminal or break a row is drawn as signs."""

    def __init__(self, headers: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row")
        self._headers = headers
        self._lines: Sequence[Line] = ()
        self._room = 0

    @property
    def chosen(self) -> str | None:
        """The name of the row under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        return str(self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value)

    def fill(self, lines: Sequence[Line], target: str | None) -> None:
        """Show these; the cursor stays on its row, else it is on the one called `target`."""
        self._lines = lines
        self._draw(target)

    def choose(self, name: str | None) -> None:
        """Move the cursor to a row, if it is there."""
        if name is not None and name in self.rows:
            self.move_cursor(row=self.get_row_index(name), animate=False)

    def on_mount(self) -> None:
        self._draw(None)

    def on_resize(self, event: events.Resize) -> None:
        if self.size.width != self._room:
            self._draw(None)

    def _draw(self, target: str | None) -> None:
        chosen, self._room = self.chosen, self.size.width
        drawn = [[_cell(cell, line.style) for cell in line.cells] for line in self._lines]
        self.clear(columns=True)
        for name, width in zip(self._headers, self._widths(drawn), strict=True):
            self.add_column(name, width=width, key=name)
        for line, cells in zip(self._lines, drawn, strict=True):
            self.add_row(*cells, key=line.name)
        self.choose(chosen if chosen in self.rows else target)

    def _widths(self, drawn: Sequence[Sequence[Text]]) -> list[int]:
        """What each column needs, but for the one that would cross the edge."""
        widths = []
        room = self._room
        for place, header in enumerate(self._headers):
            wanted = max([Text(header).cell_len, *(row[place].cell_len for row in drawn)])
            here = room - 2 * self.cell_padding
            widths.append(wanted if here <= 0 else min(wanted, max(here, LEAST)))
            room -= widths[-1] + 2 * self.cell_padding
        return widths


def _cell(text: str, style: str) -> Text:
    return Text(one_line(text), style=style, no_wrap=True, overflow="ellipsis")
