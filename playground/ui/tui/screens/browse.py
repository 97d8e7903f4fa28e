"""A list, and a page about what is chosen in it; which list, and what is on the page, its children say.

Both are read on the desk's thread. Where there is room for one of them only, the panel key changes between
list and page; else it moves the focus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import DescendantFocus
from textual.widgets import DataTable, Footer, Static

from playground.api.outputs import Note, Output
from playground.protocol.problems import WorkerGone
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.source import Source
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.row_table import Line, RowTable
from playground.ui.tui.widgets.status_line import StatusLine


@dataclass(frozen=True)
class Row:
    """A line of the list: its name, which nothing else in it has, and its cells."""

    name: str
    cells: tuple[str, ...]
    chosen: bool = False
    """Whether it is what is used now."""


@dataclass(frozen=True)
class Listed:
    """The rows of the screen with this heading."""

    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Leaf:
    """What there is to read of one row; `failure`: where the session process was lost over it."""

    name: str
    outputs: tuple[Output | Source, ...]
    failure: Note | None = None


class BrowseScreen(PlaceScreen):
    """Rows and a page. One of these is seen at a time, so their questions have the same names."""

    ASKS = ("rows", "leaf")
    HEADING: ClassVar[str]
    COLUMNS: ClassVar[tuple[str, ...]]
    EMPTY: ClassVar[str] = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    # What the children say

    def read_rows(self) -> Sequence[Row]:
        """The list as it is now; on the desk's thread."""
        raise NotImplementedError

    def read_leaf(self, name: str) -> Iterable[Output | Source]:
        """The page of a row; on the desk's thread. Raises WorkerGone where the rest cannot be told."""
        raise NotImplementedError

    def act(self) -> None:
        """What enter or a click on a row does."""

    # Its parts

    def compose(self) -> ComposeResult:
        yield Static(f" {self.HEADING}", classes="title", markup=False)
        with Horizontal(id="browse"):
            yield RowTable(self.COLUMNS)
            yield Pager(id="leaf")
        yield Banner()
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def pager(self) -> Pager:
        return self.query_one(Pager)

    @property
    def chosen(self) -> str | None:
        """The name of the row under the cursor."""
        return self.table.chosen

    def say(self, note: Note) -> None:
        """Show a line under list and page."""
        self.query_one(StatusLine).note = note

    @property
    def is_at_page(self) -> bool:
        """Whether the page is read, not the list walked."""
        return self.has_class("-at-leaf")

    def next_panel(self) -> None:
        """From the list to the page, and back."""
        # The class first: what there is no room for cannot have the focus.
        self.toggle_class("-at-leaf")
        (self.pager if self.is_at_page else self.table).focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.set_class(event.widget is self.pager, "-at-leaf")

    # What comes

    def on_screen_resume(self) -> None:
        self.work_changed()

    def work_changed(self) -> None:
        """Ask for the list as it is."""
        if self.is_current:
            self._desk.ask("rows", lambda: Listed(self.HEADING, self.read_rows()))

    def take_answer(self, answer: Answered) -> None:
        found = answer.value
        if isinstance(found, Listed) and found.heading == self.HEADING:
            self._show_rows(found.rows)
        elif isinstance(found, Leaf) and found.name == self.chosen:
            self.pager.show(found.outputs)
            if found.failure is not None:
                self.fail(found.failure, self.ask_again)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        self._ask_leaf()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.act()

    def _ask_leaf(self) -> None:
        name = self.chosen
        if name is None:
            self.pager.show([Note(self.EMPTY, "notice")])
        else:
            self._desk.ask("leaf", lambda: self._read(name))

    def _read(self, name: str) -> Leaf:
        """The page of a row, as far as it can be read; on the desk's thread."""
        outputs: list[Output | Source] = []
        try:
            outputs.extend(self.read_leaf(name))
        except WorkerGone as lost:
            return Leaf(name, tuple(outputs), Note(lost.message, "error", lost.hint))
        return Leaf(name, tuple(outputs))

    def _show_rows(self, rows: Sequence[Row]) -> None:
        lines = [
            Line(row.name, ("▶" * row.chosen, *row.cells), "bold" if row.chosen else "")
            for row in rows
        ]
        with self.prevent(DataTable.RowHighlighted):
            self.table.fill(lines, next((row.name for row in rows if row.chosen), None))
        self._ask_leaf()
