"""What one can press, where nothing was written yet."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from playground.session.safe_text import one_line


class Welcome(Widget):
    """Four things to press; and what can be gone on with, where something can."""

    earlier: reactive[str] = reactive("", layout=True)
    """The beginning of the last session; empty where there is none."""
    keys: reactive[tuple[tuple[str, str], ...]] = reactive[tuple[tuple[str, str], ...]](
        (), layout=True
    )

    def render(self) -> Content:
        lines = [
            Content.styled("A text, and a model that goes on with it.", "bold"),
            Content(""),
        ]
        lines += [
            Content.assemble((f" {key.ljust(8)}", "bold $accent"), (what, "dim"))
            for key, what in self.keys
        ]
        if self.earlier:
            lines += [
                Content(""),
                Content.assemble(
                    ("Last time: ", "dim"), (f"“{one_line(self.earlier)}…”", "italic")
                ),
            ]
        return Content("\n").join(lines)

    def get_content_height(self, *_: object) -> int:
        return 2 + len(self.keys) + 2 * bool(self.earlier)
