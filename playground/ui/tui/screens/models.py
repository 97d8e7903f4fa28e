"""The models there are: chosen, looked at, let go of, downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import DataTable, Footer, ProgressBar, Static

from playground.api.errors import PlaygroundError
from playground.api.outputs import Note
from playground.session.actions.words import quoted
from playground.session.shown_path import shown_path
from playground.session.sizes import bytes_text
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run
from playground.ui.tui.pulling import Progress, Pulling
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.row_table import Line, RowTable
from playground.ui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

COLUMNS = ("", "name", "kind", "state", "memory", "what")
ASKED_AGAIN = 2.0
"""Seconds between two looks at what is loaded, while the screen is seen."""


@dataclass(frozen=True)
class Row:
    """A model as the table shows it."""

    name: str
    kind: str
    state: str
    memory: str
    what: str
    chosen: bool


class ModelsScreen(PlaceScreen):
    """A table of models, and a download."""

    BINDINGS = bindings("models")
    ASKS = ("models",)

    @dataclass
    class Pulled(Message):
        """A download has come further."""

        progress: Progress

    def __init__(self, bench: Workbench, desk: Desk) -> None:
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._pulling = Pulling(
            lambda: bench.session,
            lambda progress: self.post_message(self.Pulled(progress)) and None,
        )

    def compose(self) -> ComposeResult:
        yield Static(" Models", classes="title", markup=False)
        yield RowTable(COLUMNS)
        yield ProgressBar(id="pull", show_eta=True)
        yield Banner()
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.set_interval(ASKED_AGAIN, self.work_changed)

    def on_screen_resume(self) -> None:
        self.work_changed()

    def work_changed(self) -> None:
        if self.is_current:
            self._desk.ask("models", lambda: models_of(self._bench))

    def take_answer(self, answer: Answered) -> None:
        if answer.name == "models":
            self._show(answer.value)
        elif answer.name == "plan":
            self.query_one(StatusLine).note = answer.value

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.action_choose()

    # What keys do

    def action_choose(self) -> None:
        if (name := self._table.chosen) is not None:
            self.post_message(Run(f"/model {quoted(name)}"))

    def action_card(self) -> None:
        if (name := self._table.chosen) is not None:
            self.post_message(Run(f"/card {quoted(name)}", shown=True))

    def action_unload(self) -> None:
        if (name := self._table.chosen) is not None:
            self.post_message(Run(f"/unload {quoted(name)}"))

    def action_pull(self) -> None:
        """The first time its size is told, the second time it begins."""
        name = self._table.chosen
        if name is None or self._pulling.running:
            return
        if self._pulling.name == name and self._pulling.begin():
            self.query_one(StatusLine).note = Note(
                f"{name} is being downloaded", "notice", "x stops"
            )
            return
        self.query_one(StatusLine).note = Note(f"how large is {name}?", "notice")
        self._desk.ask("plan", lambda: self._planned(name))

    def action_cancel(self) -> None:
        self._pulling.cancel()

    # What comes

    def on_models_screen_pulled(self, message: Pulled) -> None:
        progress = message.progress
        bar = self.query_one("#pull", ProgressBar)
        bar.update(total=progress.total, progress=progress.here)
        bar.set_class(not progress.ended, "-shown")
        if progress.ended:
            kind = "error" if progress.problem else "notice"
            text = progress.problem or f"{progress.name} is here"
            self.query_one(StatusLine).note = Note(text, kind, progress.hint)  # type: ignore[arg-type]
            self.work_changed()

    def _planned(self, name: str) -> Note:
        """On the desk's thread."""
        try:
            plan = self._pulling.plan(name)
        except PlaygroundError as error:
            return Note(error.message, "error", error.hint)
        here = f", {bytes_text(plan.bytes_here)} of it here already" if plan.bytes_here else ""
        size = f"{name}: {len(plan.files)} files, {bytes_text(plan.bytes_total)}{here}"
        return Note(size, "notice", "p again downloads it")

    def _show(self, rows: list[Row]) -> None:
        lines = [
            Line(
                row.name,
                ("▶" * row.chosen, row.name, row.kind, row.state, row.memory, row.what),
                "bold" if row.chosen else "",
            )
            for row in rows
        ]
        self._table.fill(lines, next((row.name for row in rows if row.chosen), None))

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)


def models_of(bench: Workbench) -> list[Row]:
    """Every model of the catalog, and what is loaded of them."""
    loaded = {each.name: each for each in bench.ask(bench.session.loaded)}
    rows = []
    for entry in bench.session.catalog.entries():
        here = loaded.get(entry.name)
        state = f"loaded on {here.device}" if here else "ready"
        rows.append(
            Row(
                entry.name,
                entry.kind,
                bench.session.catalog.problem(entry) or state,
                bytes_text(here.bytes + here.cache_bytes) if here else "",
                entry.summary or (shown_path(entry.folder) if entry.folder else ""),
                entry.name == bench.choices.model,
            )
        )
    return rows
