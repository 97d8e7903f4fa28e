"""Which panel is seen, where there is no room for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

PANELS = ("text", "chain", "tokens", "template")


class PanelTabs(Widget):
    """The names of the panels on a line, and the key that goes on to the next one."""

    panels: reactive[tuple[str, ...]] = reactive[tuple[str, ...]](PANELS)
    chosen: reactive[str] = reactive("")

    @dataclass
    class Chosen(Message):
        """The user wants this panel."""

        panel: str
        tabs: str | None = None
        """The id of the tabs that it is among."""

    def __init__(
        self, panels: tuple[str, ...] = PANELS, *, id: str | None = None, hint: str = "f6"
    ) -> None:
        super().__init__(id=id)
        self._hint = hint
        self.panels = panels
        self.chosen = panels[0]

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        for panel in self.panels:
            parts += [(" ", ""), (f" {panel} ", "bold reverse" if panel == self.chosen else "dim")]
        return Content.assemble(*parts, (f"   {self._hint}", "dim"))

    def get_content_height(self, *_: object) -> int:
        return 1

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        place = 0
        for panel in self.panels:
            place += len(panel) + 3
            if offset is not None and offset.x < place:
                self.post_message(self.Chosen(panel, self.id))
                return
