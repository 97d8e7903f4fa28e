"""The line under the text: what the last action said, or what is likely to go wrong with the prompt."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from playground.api.outputs import Note
from playground.session.safe_text import one_line

STYLES = {"text": "", "notice": "dim", "warning": "$warning", "error": "$error"}
BUSY = "◐◓◑◒"


class StatusLine(Widget):
    """A note; while a model works, that it does."""

    note: reactive[Note | None] = reactive[Note | None](None)
    busy: reactive[str] = reactive("")
    """What is being done."""
    turn: reactive[int] = reactive(0)

    def on_mount(self) -> None:
        self._timer = self.set_interval(0.25, self._turn, pause=True)

    def watch_busy(self, busy: str) -> None:
        if busy:
            self._timer.resume()
        else:
            self._timer.pause()

    def render(self) -> Content:
        if self.busy:
            return Content.assemble(
                (f" {BUSY[self.turn % len(BUSY)]} ", "$accent"), (self.busy, "dim")
            )
        if self.note is None:
            return Content("")
        mark = "▲ " if self.note.kind in ("warning", "error") else ""
        hint = f" · {one_line(self.note.hint)}" if self.note.hint else ""
        return Content.assemble(
            (f" {mark}{one_line(self.note.text)}", STYLES[self.note.kind]), (hint, "dim")
        ).truncate(max(1, self.size.width), ellipsis=True)

    def get_content_height(self, *_: object) -> int:
        return 1

    def _turn(self) -> None:
        if self.screen.is_active:
            self.turn += 1
