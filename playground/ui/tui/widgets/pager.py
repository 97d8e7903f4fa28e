"""What an action told, to be read: notes, tables, passages, laid out as the REPL does and in its styles."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from playground.api.outputs import Output
from playground.session.plain_text import PlainText
from playground.session.safe_text import safe_text
from playground.ui.tui.keys import bindings
from playground.ui.tui.paint import Paint, step_of
from playground.ui.tui.source import Source
from playground.ui.tui.wrapping import Rows

STYLES = (
    "", "dim", "bold", "underlined", "added", "removed", "notice", "warning", "error", "hint",
    "comment", "string", "number", "keyword", "name",
)  # fmt: skip
SHADED = len(STYLES)
"""From this mark on: the steps of probability."""
OPEN, CLOSE = "\x02", "\x03"
"""Around a stretch that has a style; nothing that is safe holds them."""
_MARKS = re.compile(f"({OPEN}.|{CLOSE})")


class Pager(ScrollView, can_focus=True):
    """Rows of what was told; more can come."""

    ALLOW_SELECT = False
    BINDINGS = bindings("pager")

    def __init__(self, outputs: Iterable[Output | Source] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._outputs = list(outputs)
        self._rows = Rows(80)
        self._styles: list[Style] = []

    @property
    def text(self) -> str:
        """All of it, as it is drawn."""
        return "\n".join("".join(run.text for run in row) for row in self._rows.rows)

    def show(self, outputs: Iterable[Output | Source]) -> None:
        """Show these instead."""
        self._outputs = list(outputs)
        self._lay_out()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        styles = self._styles = self._styles or self._new_styles()
        if row >= len(self._rows):
            return Strip.blank(self.size.width, styles[0])
        segments = [Segment(run.text, styles[run.mark]) for run in self._rows.rows[row]]
        return Strip(segments).adjust_cell_length(self.size.width, styles[0])

    def _lay_out(self) -> None:
        width = max(1, self.scrollable_content_region.width)
        self._rows = Rows(width)
        shower = _Marked(width)
        for output in self._outputs:
            if isinstance(output, Source):
                drawn = [(text, STYLES.index(kind)) for text, kind in output.stretches()]
            else:
                drawn = list(stretches(shower.take(output)))
            for text, mark in drawn:
                self._rows.append(text, mark)
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def _repaint(self) -> None:
        self._styles = []
        self.refresh()

    def _new_styles(self) -> list[Style]:
        _, _, background, foreground = self.colors
        variables = self.app.theme_variables
        base = Style(color=foreground.rich_color, bgcolor=background.rich_color)
        dim = base + Style(color=background.blend(foreground, 0.6).rich_color)
        success, error, warning, accent, primary, secondary = (
            base + Style(color=Color.parse(variables[name]).rich_color)
            for name in ("success", "error", "warning", "accent", "primary", "secondary")
        )
        bold = base + Style(bold=True)
        underlined = base + Style(underline=True)
        struck = error + Style(strike=True)
        italic = Style(italic=True)
        code = (dim + italic, success, secondary, primary + Style(bold=True), accent)
        own = (base, dim, bold, underlined, success, struck, dim, warning, error, accent, *code)
        shades = Paint(background, foreground, foreground, "background").steps
        return [*own, *shades]


class _Marked(PlainText):
    """The same text, with marks where a style begins and ends."""

    def styled(self, text: str, style: str) -> str:
        return _marked(text, STYLES.index(style)) if text and style else text

    def probable(self, text: str, logprobs: Sequence[float]) -> str:
        return _marked(safe_text(text), SHADED + step_of(math.exp(min(logprobs))))


def _marked(text: str, mark: int) -> str:
    return f"{OPEN}{chr(ord('A') + mark)}{text}{CLOSE}"


def stretches(text: str) -> Iterator[tuple[str, int]]:
    """The stretches of a marked text, and the mark of each."""
    mark = 0
    for part in _MARKS.split(text):
        if part.startswith(OPEN):
            mark = ord(part[1]) - ord("A")
        elif part == CLOSE:
            mark = 0
        elif part:
            yield part, mark
