"""The line where a command is typed, over whatever screen is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from playground.session.actions.completing import Completion, completions
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.widgets.command_line import CommandLine

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


class CommandScreen(ModalScreen[str | None]):
    """Ends with the line that was typed; None where the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "leave", id="command.leave")
    ]

    def __init__(self, bench: Workbench, desk: Desk, line: str) -> None:
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._line = line

    def compose(self) -> ComposeResult:
        yield CommandLine(self._line)

    def answered(self, answer: Answered) -> None:
        if answer.name == "completions" and answer.value is not None:
            self.query_one(CommandLine).offer(*answer.value)

    def on_command_line_asked(self, message: CommandLine.Asked) -> None:
        line = message.line

        def found() -> tuple[str, list[Completion]]:
            return line, completions(self._bench, line)

        question: Callable[[], tuple[str, list[Completion]]] = found
        self._desk.ask("completions", question)

    def on_command_line_typed(self, message: CommandLine.Typed) -> None:
        self.dismiss(message.line)
