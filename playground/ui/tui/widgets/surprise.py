"""Surprise over the last tokens: a line of bars, one a token, the one under the cursor marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from playground.ui.tui.pieces import Piece

BARS = "▁▂▃▄▅▆▇█"
MOST_BITS = 10.0
"""What fills a bar: a token of a probability of a thousandth."""


class Surprise(Widget):
    """Bits of surprisal of as many tokens as there is room for."""

    BORDER_TITLE = "Surprise"
    bits: reactive[tuple[float, ...]] = reactive[tuple[float, ...]](())
    marked: reactive[int | None] = reactive[int | None](None)
    """Which of `bits` is looked at."""

    def show(self, pieces: Sequence[Piece], cursor: int | None) -> None:
        """Show the tokens that end with the cursor, or with the text."""
        room = max(1, self.size.width)
        end = len(pieces) if cursor is None else min(len(pieces), cursor + room // 2)
        found: list[float] = []
        marked = None
        while end > 0 and len(found) < room:
            end -= 1
            piece = pieces[end]
            if piece.is_token:
                if end == cursor:
                    marked = len(found)
                found.append(piece.bits)
        self.bits = tuple(reversed(found))
        self.marked = None if marked is None else len(found) - 1 - marked

    def render(self) -> Content:
        if not self.bits:
            return Content.styled("a bar a token, when a model has said something", "dim")
        bars = [
            (BARS[round(min(bits, MOST_BITS) / MOST_BITS * (len(BARS) - 1))], place)
            for place, bits in enumerate(self.bits)
        ]
        mean = sum(self.bits) / len(self.bits)
        line = Content.assemble(
            *((bar, "bold $accent" if place == self.marked else "$primary") for bar, place in bars)
        )
        return Content("\n").join(
            [line, Content.styled(f"{mean:.2f} bits a token on average here", "dim")]
        )

    def get_content_height(self, *_: object) -> int:
        return 2
