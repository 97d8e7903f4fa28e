"""The trainings: begun, watched, stopped, gone on with; their models tried while they train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import DataTable, Footer, Static

from playground.api.outputs import Note, Output
from playground.session.actions.words import quoted
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run
from playground.ui.tui.screens.begin_training import BeginTrainingScreen
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.row_table import Line, RowTable
from playground.ui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

COLUMNS = ("training", "recipe", "state", "step", "loss", "validation", "left")
ASKED_AGAIN = 0.5
"""Seconds between two looks at how far the trainings are, while the screen is seen."""
EMPTY = "Nothing was trained yet: n, then a recipe and your files. What is trained can be asked at once."


@dataclass(frozen=True)
class Trainings:
    """What the screen shows, as plain values."""

    rows: tuple[tuple[str | None, ...], ...]
    courses: dict[str, tuple[Output, ...]]
    """What there is to see of each, by its name."""


class TrainScreen(PlaceScreen):
    """A table of trainings, and how the one under the cursor goes."""

    BINDINGS = bindings("train")
    ASKS = ("trainings",)

    def __init__(self, bench: Workbench, desk: Desk) -> None:
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._seen: Trainings | None = None
        self._told: tuple[Output, ...] = ()
        self._new: str | None = None
        """The training that was on top when last looked."""

    def compose(self) -> ComposeResult:
        yield Static(" Train", classes="title", markup=False)
        yield Static(EMPTY, id="empty", markup=False)
        yield RowTable(COLUMNS)
        yield Pager(id="course")
        yield Banner()
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.set_interval(ASKED_AGAIN, self._look_again)

    def on_screen_resume(self) -> None:
        self.work_changed()

    def work_changed(self) -> None:
        if self.is_current:
            self._desk.ask("trainings", lambda: trainings_of(self._bench))

    def _look_again(self) -> None:
        """While somebody's line is being run, its outcome is what is waited for."""
        if not self._desk.busy:
            self.work_changed()

    def take_answer(self, answer: Answered) -> None:
        if answer.name == "trainings" and answer.value != self._seen:
            self._show(answer.value)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        self._show_course()

    async def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        await self.action_try()

    # What keys do

    def action_new(self) -> None:
        """Let a training be filled in and begun."""

        def begin(line: str | None) -> None:
            if line is not None:
                self.post_message(Run(line))

        self.app.push_screen(BeginTrainingScreen(self._bench, self._desk), begin)

    async def action_try(self) -> None:
        if (name := self._table.chosen) is not None:
            self.post_message(Run(f"/train use {quoted(name)}"))
            await self.run_action("app.go('write')")

    def action_stop(self) -> None:
        if (name := self._table.chosen) is not None:
            self.query_one(StatusLine).note = Note(f"{name} ends its step and saves", "notice")
            self.post_message(Run(f"/train stop {quoted(name)}"))

    def action_resume(self) -> None:
        if (name := self._table.chosen) is not None:
            self.post_message(Run(f"/train resume {quoted(name)}"))

    # What comes

    def say(self, note: Note) -> None:
        """Say here what came of a line that was run from here."""
        self.query_one(StatusLine).note = note

    def _show(self, seen: Trainings) -> None:
        self._seen = seen
        lines = [Line(row[0] or "", tuple(cell or "" for cell in row)) for row in seen.rows]
        self._table.fill(lines, None)
        self.set_class(not lines, "-empty")
        newest = next(iter(seen.courses), None)
        if newest != self._new:
            self._new = newest
            self._table.choose(newest)
        self._show_course()

    def _show_course(self) -> None:
        name = self._table.chosen
        course = self._seen.courses.get(name, ()) if self._seen and name else ()
        if course != self._told:
            self._told = course
            self.query_one("#course", Pager).show(course)

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)


def trainings_of(bench: Workbench) -> Trainings:
    """Every training, and how it goes."""
    from playground.session.actions.train import rows, shown

    runs = bench.runs.all()
    return Trainings(rows(runs), {run.name: tuple(shown(run)) for run in runs})
