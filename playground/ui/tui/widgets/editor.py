"""The document while it is written: Textual's editor, which any text passes unchanged."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.widgets import TextArea

from playground.ui.tui.veil import Veil


class Editor(TextArea):
    """An editor of texts that may hold anything."""

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        self._veil = Veil()
        super().__init__(
            id=id, placeholder=placeholder, highlight_cursor_line=False, soft_wrap=True
        )

    @property
    def document_text(self) -> str:
        """What is in it, as it is."""
        return self._veil.plain(self.text)

    @property
    def text_before_cursor(self) -> str:
        return self._veil.plain(self.get_text_range((0, 0), self.cursor_location))

    def put(self, text: str) -> None:
        """Edit this text instead, from its end."""
        if text != self.document_text:
            self.load_text(self._veil.veiled(text))
        self.move_cursor(self.document.end)

    def get_line(self, line_index: int) -> Text:
        return Text(self._veil.drawn(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        # A terminal sends the line ends of what is pasted as those of its Enter key.
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        await super()._on_paste(events.Paste(self._veil.veiled(text)))
        event.prevent_default()
