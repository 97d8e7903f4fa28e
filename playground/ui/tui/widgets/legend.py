"""What the shades or underlines of the tokens mean."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from playground.ui.tui.paint import Measure, Paint, View, labels


class Legend(Widget):
    """One line: the steps of the scale, as tokens on them are drawn."""

    view: reactive[View] = reactive[View]("plain")
    measure: reactive[Measure] = reactive[Measure]("probability")

    def render_line(self, y: int) -> Strip:
        _, _, background, foreground = self.colors
        accent = Color.parse(self.app.theme_variables.get("accent", "ansi_yellow"))
        paint = Paint(background, background.blend(foreground, foreground.a), accent, self.view)
        segments = [
            Segment(f" {label} ", style)
            for label, style in zip(labels(self.measure), paint.steps, strict=True)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, paint.said)

    def get_content_height(self, *_: object) -> int:
        return 1
