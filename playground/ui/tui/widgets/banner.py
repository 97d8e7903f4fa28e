"""What failed, across the screen, with the key that goes on: nothing that was written is lost by it."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from playground.session.safe_text import safe_text


class Banner(Widget):
    """A failure. It is seen while there is one."""

    failure: reactive[str] = reactive("", layout=True)
    hint: reactive[str] = reactive("", layout=True)

    def show(self, failure: str, hint: str) -> None:
        self.failure, self.hint = failure, hint
        self.set_class(bool(failure), "-shown")

    def render(self) -> Content:
        return Content.assemble(
            ("▲ ", "bold"),
            (safe_text(self.failure), "bold"),
            (f"\n{safe_text(self.hint)}" if self.hint else "", ""),
            ("\nthe text is kept · ", ""),
            ("r", "bold reverse"),
            (" restart and go on   ", ""),
            ("esc", "bold reverse"),
            (" put this away", ""),
        )
