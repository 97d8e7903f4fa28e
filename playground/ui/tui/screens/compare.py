"""The document gone on with in several ways at once: rows of ways, their texts side by side, the figures.

What runs is a line of `/compare`, made of the rows; what is shown is what that action tells.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import DataTable, Footer, Static

from playground.api.errors import PlaygroundError
from playground.api.outputs import Column, Columns, Note, Output, Passage, Table
from playground.session.safe_text import one_line
from playground.session.shown_path import shown_path
from playground.session.ways import Way, beside_chosen, typed, ways_of
from playground.ui.tui.desk import Begun, Desk, Done, Told
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run
from playground.ui.tui.screens.command import CommandScreen
from playground.ui.tui.screens.panes import PaneScreen
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.beside import Beside
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.panel_tabs import PanelTabs
from playground.ui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

LINE = "/compare"
HEADERS = ("", "model", "chain", "template", "seed")
SHOWN = 60
"""Characters of the document's end."""
DRAWN = 2**32


class CompareScreen(PaneScreen):
    """Rows, columns, figures."""

    BINDINGS = bindings("compare")
    PANES: ClassVar[dict[str, str]] = {"rows": "#ways", "texts": "#beside", "figures": "#figures"}

    def __init__(self, bench: Workbench, desk: Desk, text: Callable[[], str]) -> None:
        """`text`: the document as it is written now."""
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._text = text
        self.ways = [Way(), Way(chain="greedy")]
        self._columns: tuple[Column, ...] = ()
        self._told: list[Output] = []
        self._running = False
        """Whether what is being done is a comparison."""

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title", markup=False)
        yield PanelTabs(tuple(self.PANES), id="panes")
        yield DataTable(id="ways", cursor_type="row")
        yield Beside(id="beside")
        yield Pager(id="figures")
        yield Banner()
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        for name in HEADERS:
            self._table.add_column(name, key=name)
        self.show_pane("texts" if self._columns else "rows", focus=False)
        self._table.focus()

    def on_screen_resume(self) -> None:
        self.work_changed()
        self._show_columns()
        self._show_told()

    def work_changed(self) -> None:
        """Show the rows as they are: what they leave open is as it is chosen."""
        if not self._seen:
            return
        text = one_line(self._text()[-SHOWN:]) or "the empty text"
        self.query_one("#title", Static).update(f" Compare what comes after  {text}")
        self._show_ways()

    def begin(self, line: str) -> None:
        """Compare in the ways of a line, which was typed elsewhere."""
        if self._read(line, 0, len(self.ways)):
            self.ways = beside_chosen(self.ways) if self._bench.choices.n == 1 else self.ways
            self.action_run()

    # What keys do

    def action_run(self) -> None:
        self._run(self.ways)

    def action_again(self) -> None:
        """With another seed, the same for all rows that leave it open."""
        if all(way.seed is not None for way in self.ways):
            self._say("every row has a seed of its own", "notice", "enter changes a row")
            return
        seed = secrets.randbelow(DRAWN)
        self._run([way if way.seed is not None else replace(way, seed=seed) for way in self.ways])

    def action_add(self) -> None:
        """A row after this one, which begins as a copy of it."""
        place = self._table.cursor_row
        self._type(self.ways[place : place + 1], place + 1, place + 1)

    def action_change(self) -> None:
        place = self._table.cursor_row
        self._type(self.ways[place : place + 1], place, place + 1)

    def action_remove(self) -> None:
        if len(self.ways) > 1:
            del self.ways[self._table.cursor_row]
            self.work_changed()

    def action_keep(self) -> None:
        """The chosen column becomes the document."""
        columns, chosen = self._columns, self.query_one(Beside).chosen
        node = columns[chosen].node if chosen < len(columns) else None
        if node is None or self._desk.busy:
            self._say("there is no text to keep yet", "notice", "ctrl+g runs the rows")
            return
        self.post_message(Run(f"/goto {node}"))
        self.call_next(self.run_action, "app.go('write')")

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.action_change()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if len(self._columns) == len(self.ways) * self._samples:
            beside = self.query_one(Beside)
            if beside.chosen // self._samples != event.cursor_row:
                beside.chosen = event.cursor_row * self._samples

    def on_beside_chosen(self, message: Beside.Chosen) -> None:
        if len(self._columns) == len(self.ways) * self._samples:
            self._table.move_cursor(row=message.place // self._samples, animate=False)

    # Changing rows

    def _type(self, ways: Sequence[Way], begin: int, end: int) -> None:
        """Let the user type what is to stand instead of the rows from `begin` to `end`."""

        def read(line: str | None) -> None:
            if line is not None and line.partition(" ")[0] == LINE:
                self._read(line, begin, end)
            elif line:
                self.post_message(Run(line, shown=True))

        line = f"{LINE} {one_line(typed(ways))}"
        self.app.push_screen(CommandScreen(self._bench, self._desk, line), read)

    def _read(self, line: str, begin: int, end: int) -> bool:
        try:
            self.ways[begin:end] = ways_of(line.removeprefix(LINE))
        except PlaygroundError as error:
            self._say(error.message, "error", error.hint)
            return False
        self.work_changed()
        return True

    def _run(self, ways: Sequence[Way]) -> None:
        if self._desk.busy:
            self._say("the model is at it already", "notice", "esc stops it")
            return
        self.post_message(Run(f"{LINE} {typed(ways)}"))

    # What comes of the work

    def take(self, told: Sequence[Told]) -> None:
        """Show what came since the last frame, of a comparison."""
        columns = None
        for each in told:
            if isinstance(each, Begun):
                self._running = any(line.partition(" ")[0] == LINE for line in each.job.lines)
                self._begin()
            elif not self._running:
                continue
            elif isinstance(each, Columns):
                columns = self._columns = each.columns
            elif isinstance(each, Note | Table | Passage):
                self._told.append(each)
            elif isinstance(each, Done):
                self._end()
        if columns is not None:
            self._show_columns()

    def _begin(self) -> None:
        if self._running:
            self._columns, self._told = (), []
            if self._seen:
                self.put_away()
                self._status.note = None
                self._status.busy = "comparing · esc stops"
                self._show_columns()
                self._show_told()
                self.show_pane("texts", focus=False)

    def _end(self) -> None:
        self._running = False
        self._show_told()

    # Showing

    def _show_ways(self) -> None:
        table, bench = self._table, self._bench
        place = table.cursor_row
        table.clear()
        chosen = (bench.choices.model, bench.chain_or_nothing, "", bench.choices.seed)
        for number, way in enumerate(self.ways, 1):
            own = (way.model, way.chain, way.template, way.seed)
            cells = [Text(str(number), style="dim")]
            for value, open_ in zip(own, chosen, strict=True):
                shown = open_ if value is None else value
                text = "drawn" if shown is None else one_line(shown_path(str(shown)))
                cells.append(Text(text, style="dim" if value is None else "", no_wrap=True))
            table.add_row(*cells)
        table.move_cursor(row=max(0, min(place, len(self.ways) - 1)), animate=False)

    def _show_columns(self) -> None:
        if self._seen:
            self.query_one(Beside).show(self._columns)

    def _show_told(self) -> None:
        """At the end of a comparison: its figures, and what failed."""
        if not self._seen:
            return
        self.query_one("#figures", Pager).show(self._told)
        if not self._running:
            self._status.busy = ""
        if errors := [o for o in self._told if isinstance(o, Note) and o.kind == "error"]:
            self._status.note = errors[-1]
            if self._columns:
                self.fail(errors[-1], self.action_run)
        elif self._told and isinstance(last := self._told[-1], Note):
            self._status.note = Note(last.text.partition(" · /goto")[0], "notice", "k keeps one")

    def _say(self, text: str, kind: str, hint: str = "") -> None:
        if self._seen:
            self._status.note = Note(text, kind, hint)  # type: ignore[arg-type]

    @property
    def _seen(self) -> bool:
        """Whether there are widgets to show anything in."""
        return self.is_mounted and self in self.app.screen_stack

    @property
    def _samples(self) -> int:
        return self._bench.choices.n

    @property
    def _status(self) -> StatusLine:
        return self.query_one("#status", StatusLine)

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one("#ways", DataTable)
