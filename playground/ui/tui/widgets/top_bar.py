"""The line at the top: the model, how full its context is, and where in the tree one is."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from playground.session.safe_text import one_line
from playground.ui.tui.whereabouts import Whereabouts

METER = 10
"""Cells of the context's meter."""
NARROW = 70


class TopBar(Widget):
    """What is asked, and how full it is. Numbers of tokens are None while they are not known."""

    model: reactive[str] = reactive("")
    place: reactive[str] = reactive("")
    """The node where one is."""
    template: reactive[str] = reactive("")
    tokens: reactive[int | None] = reactive[int | None](None)
    characters: reactive[int] = reactive(0)
    limit: reactive[int | None] = reactive[int | None](None)
    """Of the context; None: there is none, or it is not known."""
    rate: reactive[str] = reactive("")

    def show(self, where: Whereabouts) -> None:
        self.model, self.template, self.place = where.model, where.template, where.place
        self.characters, self.rate = where.characters, where.rate

    def render(self) -> Content:
        left = Content.assemble(
            (" ◆ ", "$accent"),
            (one_line(self.model), "bold"),
            (f"  {self.place}" if self.place else "", "dim"),
            (f"  template {one_line(self.template)}" if self.template else "", "$secondary"),
        )
        right = self._right(self.size.width >= NARROW)
        gap = max(1, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right).truncate(self.size.width)

    def get_content_height(self, *_: object) -> int:
        return 1

    def _right(self, wide: bool) -> Content:
        rate = f"{self.rate}  " if self.rate else ""
        if self.tokens is None:
            return Content.styled(f"{rate}{self.characters:,} characters ", "dim")
        if self.limit is None:
            return Content.styled(f"{rate}{self.tokens:,} tokens ", "dim")
        share = min(1.0, self.tokens / max(1, self.limit))
        full = round(share * METER)
        style = "$error" if share > 0.95 else "$warning" if share > 0.8 else "$accent"
        return Content.assemble(
            (rate, "dim"),
            ("━" * full if wide else "", style),
            ("─" * (METER - full) if wide else "", "dim"),
            (f" {self.tokens:,} / {self.limit:,} ", "dim"),
        )
