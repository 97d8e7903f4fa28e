"""The plugins: what each offers, its source, and of one that was set aside why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.outputs import Note, Output
from playground.session.shown_path import shown_path
from playground.ui.tui import plugin_leaf
from playground.ui.tui.desk import Desk
from playground.ui.tui.keys import bindings
from playground.ui.tui.screens.browse import BrowseScreen, Row
from playground.ui.tui.source import Source

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


class PluginsScreen(BrowseScreen):
    """Plugins, those that were set aside first."""

    HEADING = "Plugins"
    COLUMNS = ("", "name", "state", "offers", "from")
    BINDINGS = bindings("plugins")

    def __init__(self, bench: Workbench, desk: Desk) -> None:
        super().__init__(desk)
        self._bench = bench

    def read_rows(self) -> list[Row]:
        return plugin_leaf.rows(self._bench.plugins)

    def read_leaf(self, name: str) -> Iterator[Output | Source]:
        return plugin_leaf.leaf(self._bench.plugins, name)

    def act(self) -> None:
        self.next_panel()

    def action_copy(self) -> None:
        """Where its file is, for an editor."""
        loaded = self._bench.plugins_or_nothing
        file = plugin_leaf.file_of(loaded, self.chosen) if loaded and self.chosen else None
        if file is not None:
            self.app.copy_to_clipboard(str(file))
            self.say(Note(f"copied: {shown_path(file)}", "notice"))
