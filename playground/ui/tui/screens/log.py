"""What was told, and the session process's own log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Footer, Static

from playground.api.outputs import Note, Output, facts
from playground.session.actions.table import BUILT_IN
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.pager import Pager

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


class LogScreen(PlaceScreen):
    """The outputs of /log, and who answers."""

    ASKS = ("log",)

    def __init__(self, bench: Workbench, desk: Desk) -> None:
        super().__init__()
        self._bench = bench
        self._desk = desk

    def compose(self) -> ComposeResult:
        yield Static(" Log", classes="title", markup=False)
        yield Pager()
        yield Banner()
        yield Footer(compact=True, show_command_palette=False)

    def on_screen_resume(self) -> None:
        self.work_changed()

    def work_changed(self) -> None:
        """Ask for the log as it is."""
        if self.is_current:
            self._desk.ask("log", self._read)

    def take_answer(self, answer: Answered) -> None:
        if answer.name == "log":
            pager = self.query_one(Pager)
            pager.show(answer.value)
            pager.scroll_end(animate=False)

    def _read(self) -> list[Output]:
        bench = self._bench
        where = "a process of its own" if bench.settings.worker else "this process"
        state = facts(
            (
                ("the model runs in", where),
                ("model", bench.choices.model),
                ("device", bench.choices.device),
                ("history", "kept" if bench.keeper.saved else "not kept"),
                ("plugins set aside", len(bench.plugins.quarantined) or None),
            )
        )
        told = BUILT_IN["log"].run(bench, {}) or ()
        return [state, Note("", "text"), *told]
