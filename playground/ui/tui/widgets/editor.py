"""The document while it is written: Textual's editor, which any text passes unchanged."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.strip import Strip
from textual.widgets import TextArea

from playground.ui.tui.veil import Veil

LONGEST_LINE = 20_000
"""Characters of a line that Textual's editor still draws at once; of a longer one the end is edited."""


class Editor(TextArea):
    """An editor of texts that may hold anything, and lines of any length."""

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        self._veil = Veil()
        self.kept_before = ""
        """What comes before the text that is edited here, and stays as it is."""
        super().__init__(
            id=id, placeholder=placeholder, highlight_cursor_line=False, soft_wrap=True
        )

    @property
    def document_text(self) -> str:
        """The whole document, as it is."""
        return self.kept_before + self._veil.plain(self.text)

    @property
    def text_before_cursor(self) -> str:
        """The document up to the cursor."""
        return self.kept_before + self._veil.plain(
            self.get_text_range((0, 0), self.cursor_location)
        )

    def put(self, text: str) -> None:
        """Edit this text instead, from its end."""
        if text != self.document_text:
            self.kept_before = text[: _cut(text)]
            self.load_text(self._veil.veiled(text[len(self.kept_before) :]))
        self.move_cursor(self.document.end)

    def render_line(self, y: int) -> Strip:
        # Where there is no room at all, Textual divides the placeholder by it.
        return super().render_line(y) if self.wrap_width > 0 else Strip.blank(self.size.width)

    def get_line(self, line_index: int) -> Text:
        return Text(self._veil.drawn(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        # A terminal sends the line ends of what is pasted as those of its Enter key.
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if not _cut(text):
            await super()._on_paste(events.Paste(self._veil.veiled(text)))
            return
        before = self.text_before_cursor
        self.put(before + text + self.document_text[len(before) :])


def _cut(text: str) -> int:
    """Where the part of a text begins that is edited: after all but the end of its last long line."""
    end = len(text)
    while end > 0:
        begin = text.rfind("\n", 0, end) + 1
        if end - begin > LONGEST_LINE:
            return end - LONGEST_LINE
        end = begin - 1
    return 0
