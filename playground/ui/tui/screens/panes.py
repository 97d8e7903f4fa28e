"""A screen of several panes: all of them where there is room, else one at a time, by turns."""

from __future__ import annotations

from typing import ClassVar

from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.widgets.panel_tabs import PanelTabs


class PaneScreen(PlaceScreen):
    """`PANES`: the name of each pane in turn, and what has the focus there; its tabs are `#panes`."""

    PANES: ClassVar[dict[str, str]] = {}

    @property
    def pane(self) -> str:
        """The one that is seen where there is room for one."""
        return self.query_one("#panes", PanelTabs).chosen

    def next_panel(self) -> None:
        names = list(self.PANES)
        self.show_pane(names[(names.index(self.pane) + 1) % len(names)])

    def show_pane(self, name: str, *, focus: bool = True) -> None:
        self.query_one("#panes", PanelTabs).chosen = name
        for each in self.PANES:
            self.set_class(each == name, f"-at-{each}")
        if focus:
            self.query_one(self.PANES[name]).focus()

    def on_panel_tabs_chosen(self, message: PanelTabs.Chosen) -> None:
        if message.tabs == "panes":
            self.show_pane(message.panel)
