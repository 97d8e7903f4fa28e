"""What an action told, where that is more than the line under the text can say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Footer

from playground.api.outputs import Output
from playground.ui.tui.widgets.pager import Pager


class AnswerScreen(ModalScreen[None]):
    """To be read, and closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "close", id="answer.close")
    ]

    def __init__(self, outputs: Sequence[Output]) -> None:
        super().__init__()
        self._outputs = outputs

    def compose(self) -> ComposeResult:
        yield Pager(self._outputs)
        yield Footer(compact=True, show_command_palette=False)
