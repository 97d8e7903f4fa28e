"""A list, and a page about what is chosen in it; which list, and what is on the page, its children say.

Both are read on the desk's thread. Where there is room for one of them only, the panel key changes between
list and page; else it moves the focus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from playground.api.outputs import Note, Output
from playground.session.safe_text import one_line
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.source import Source
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.status_line import StatusLine


@dataclass(frozen=True)
class Row:
    """A line of the list: its name, which nothing else in it has, and its cells."""

    name: str
    cells: tuple[str, ...]
    chosen: bool = False
    """Whether it is what is used now."""


@dataclass(frozen=True)
class Leaf:
    """What there is to read of one row."""

    name: str
    outputs: tuple[Output | Source, ...]


class BrowseScreen(Screen[None]):
    """Rows and a page. What is asked for is answered by the desk under names of its own."""

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
        """The page of a row; on the desk's thread."""
        raise NotImplementedError

    def act(self) -> None:
        """What enter or a click on a row does."""

    # Its parts

    def compose(self) -> ComposeResult:
        yield Static(f" {self.HEADING}", classes="title", markup=False)
        with Horizontal(id="browse"):
            yield DataTable(cursor_type="row")
            yield Pager(id="leaf")
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    @property
    def pager(self) -> Pager:
        return self.query_one(Pager)

    @property
    def chosen(self) -> str | None:
        """The name of the row under the cursor."""
        table = self.table
        if not table.is_valid_row_index(table.cursor_row):
            return None
        return str(table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value)

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

    def on_mount(self) -> None:
        for name in self.COLUMNS:
            self.table.add_column(name, key=name)

    def on_screen_resume(self) -> None:
        self.work_changed()

    def work_changed(self) -> None:
        """Ask for the list as it is."""
        if self.is_current:
            self._desk.ask(f"{self.HEADING} rows", self.read_rows)

    def answered(self, answer: Answered) -> None:
        if answer.name == f"{self.HEADING} rows" and answer.value is not None:
            self._show_rows(answer.value)
        elif isinstance(answer.value, Leaf) and answer.value.name == self.chosen:
            self.pager.show(answer.value.outputs)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        self._ask_leaf()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.act()

    def _ask_leaf(self) -> None:
        name = self.chosen
        if name is None:
            self.pager.show([Note(self.EMPTY, "notice")])
        else:
            self._desk.ask(f"{self.HEADING} leaf", lambda: Leaf(name, tuple(self.read_leaf(name))))

    def _show_rows(self, rows: Sequence[Row]) -> None:
        table, before = self.table, self.chosen
        with self.prevent(DataTable.RowHighlighted):
            table.clear()
            for row in rows:
                cells = ("▶" * row.chosen, *row.cells)
                style = "bold" if row.chosen else ""
                table.add_row(
                    *(Text(one_line(cell), style=style, no_wrap=True) for cell in cells),
                    key=row.name,
                )
            target = before or next((row.name for row in rows if row.chosen), None)
            if target is not None and target in table.rows:
                table.move_cursor(row=table.get_row_index(target), animate=False)
        self._ask_leaf()
