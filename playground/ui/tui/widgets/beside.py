"""Texts side by side as they grow: of each its end, what they have in common dim, and where they part marked.

It shows columns and which of them is chosen; it knows neither models nor what is compared. What is said
already is not laid out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from playground.api.outputs import Column
from playground.session.safe_text import one_line, safe_text
from playground.ui.tui.keys import bindings
from playground.ui.tui.wrapping import Row, Rows

LEAST = 26
"""Cells that a text needs to be read beside others."""
BETWEEN = " │ "
MARKS = ("", "dim", "bold", "added", "removed")
"""Styles of a piece; bold is where texts part."""
HEAD = 1
"""Rows of names, which stay when the texts are scrolled."""


class ColumnText:
    """One text, laid out as far as it has come."""

    def __init__(self, width: int) -> None:
        self.rows = Rows(width)
        self._laid: list[tuple[str, str]] = []

    def show(self, column: Column) -> None:
        new: list[tuple[str, str]] = [
            (piece.text, piece.style) for piece in column.pieces if piece.text
        ]
        *whole, last = self._laid or [("", "")]
        if new[: len(whole)] != whole or not _goes_on(last, new[len(whole) :]):
            self.rows = Rows(self.rows.width)
            whole, last = [], ("", "")
        for place, (text, style) in enumerate(new[len(whole) :]):
            said = len(last[0]) if place == 0 else 0
            self.rows.append(safe_text(text[said:]), MARKS.index(style))
        self._laid = new


def _goes_on(last: tuple[str, str], new: Sequence[tuple[str, str]]) -> bool:
    """Whether the first of the new stretches begins with the last one that was laid."""
    if not last[0]:
        return True
    return bool(new) and new[0][1] == last[1] and new[0][0].startswith(last[0])


class Beside(ScrollView, can_focus=True):
    """Columns, as many as fit, among them the one that is chosen."""

    ALLOW_SELECT = False
    BINDINGS = bindings("columns")
    chosen: var[int] = var(0, init=False)

    @dataclass
    class Chosen(Message):
        """The user looks at this column."""

        place: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: tuple[Column, ...] = ()
        self._texts: list[ColumnText] = []
        self._styles: list[Style] = []

    @property
    def text(self) -> str:
        """What is seen, row by row, as it is drawn."""
        height = self.virtual_size.height
        rows = ["".join(part.text for part in self._segments(row)) for row in range(height)]
        return "\n".join([self._names().text, *rows])

    def show(self, columns: Sequence[Column]) -> None:
        """Show these texts; what has been laid out of them stays."""
        at_end = self.is_vertical_scroll_end
        self.columns = tuple(columns)
        self.chosen = max(0, min(self.chosen, len(columns) - 1))
        room = self._room
        if [text.rows.width for text in self._texts] != [room] * len(columns):
            self._texts = [ColumnText(room) for _ in columns]
        for text, column in zip(self._texts, columns, strict=True):
            text.show(column)
        height = max((len(text.rows) for text in self._texts), default=0)
        self.virtual_size = Size(self._width, height + HEAD)
        self.refresh()
        if at_end:
            self.scroll_end(animate=False, immediate=True, x_axis=False)

    # What keys and the mouse do

    def action_choose(self, step: int) -> None:
        self._choose(self.chosen + step)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self.columns:
            self._choose(self._first + offset.x // (self._room + len(BETWEEN)))

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.columns):
            self.chosen = place
            self.post_message(self.Chosen(place))

    def watch_chosen(self) -> None:
        self.refresh()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())

    def on_resize(self, event: events.Resize) -> None:
        self.show(self.columns)

    # Layout

    @property
    def _width(self) -> int:
        return max(1, self.scrollable_content_region.width)

    @property
    def _beside(self) -> int:
        """How many columns are seen."""
        fit = (self._width + len(BETWEEN)) // (LEAST + len(BETWEEN))
        return max(1, min(len(self.columns), fit))

    @property
    def _room(self) -> int:
        """Cells of a column."""
        return max(1, (self._width - len(BETWEEN) * (self._beside - 1)) // self._beside)

    @property
    def _first(self) -> int:
        """The first column that is seen: the chosen one is, too."""
        return max(0, self.chosen - self._beside + 1)

    # Drawing

    def render_line(self, y: int) -> Strip:
        styles = self._styles = self._styles or self._new_styles()
        row = y - HEAD + self.scroll_offset.y
        strip = self._names() if y < HEAD else Strip(self._segments(row))
        return strip.adjust_cell_length(self.size.width, styles[0])

    def _names(self) -> Strip:
        styles = self._styles or self._new_styles()
        segments: list[Segment] = []
        for place in self._seen():
            column = self.columns[place]
            name = f"{place + 1} {one_line(column.name)}"
            if cell_len(name) > self._room:
                name = set_cell_size(name, self._room - 1) + "…"
            style = styles[0] + Style(bold=True, reverse=place == self.chosen)
            segments += self._between(place)
            segments.append(Segment(set_cell_size(name, self._room), style))
        return Strip(segments)

    def _segments(self, row: int) -> list[Segment]:
        styles = self._styles or self._new_styles()
        segments: list[Segment] = []
        for place in self._seen():
            rows = self._texts[place].rows.rows
            there: Row = rows[row] if row < len(rows) else []
            line = Strip([Segment(run.text, styles[run.mark]) for run in there])
            segments += self._between(place)
            segments += line.adjust_cell_length(self._room, styles[0])
        return segments

    def _seen(self) -> Iterator[int]:
        yield from range(len(self._texts))[self._first : self._first + self._beside]

    def _between(self, place: int) -> list[Segment]:
        styles = self._styles or self._new_styles()
        return [Segment(BETWEEN, styles[1])] if place > self._first else []

    def _repaint(self) -> None:
        self._styles = []
        self.refresh()

    def _new_styles(self) -> list[Style]:
        _, _, background, foreground = self.colors
        accent = Color.parse(self.app.theme_variables.get("accent", "ansi_yellow"))
        base = Style(color=foreground.rich_color, bgcolor=background.rich_color)
        dim = base + Style(color=background.blend(foreground, 0.6).rich_color)
        parting = base + Style(color=accent.rich_color, bold=True, underline=True)
        return [base, dim, parting, base, base]
