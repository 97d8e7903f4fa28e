"""The templates there are: looked at, filled with the text, chosen for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from playground.api.outputs import Note, Output
from playground.session.actions.words import quoted
from playground.session.shown_path import shown_path
from playground.ui.tui import template_leaf
from playground.ui.tui.desk import Desk
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run
from playground.ui.tui.screens.browse import BrowseScreen, Row
from playground.ui.tui.source import Source

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


class TemplatesScreen(BrowseScreen):
    """Templates, and how each is written and filled."""

    HEADING = "Templates"
    COLUMNS = ("", "name", "what", "from")
    BINDINGS = bindings("templates")

    def __init__(
        self,
        bench: Workbench,
        desk: Desk,
        document: Callable[[], str],
        may_ask: Callable[[], bool],
    ) -> None:
        """`document`: the text that fills them; `may_ask`: whether a model may be asked of the prompt."""
        super().__init__(desk)
        self._bench = bench
        self._document = document
        self._may_ask = may_ask

    def read_rows(self) -> list[Row]:
        return template_leaf.rows(self._bench)

    def read_leaf(self, name: str) -> Iterator[Output | Source]:
        return template_leaf.leaf(self._bench, name, self._document(), ask_model=self._may_ask())

    def act(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        if (name := self.chosen) is not None:
            self.post_message(Run(f"/t {quoted(name)}"))

    def action_copy(self) -> None:
        """Where its file is, for an editor."""
        name = self.chosen
        entry = self._bench.session.prompts.entries().get(name) if name else None
        if entry is not None:
            self.app.copy_to_clipboard(entry.origin)
            self.say(Note(f"copied: {shown_path(entry.origin)}", "notice"))
