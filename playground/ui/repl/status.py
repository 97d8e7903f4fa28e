"""The line below a text that streams: what the toolbar tells between lines, alive while one is waited for.

It is drawn under the row that the text has reached, stays while more is said on that row, and is erased
before the text reaches its own. So no scroll region and no mode of the terminal is set, and nothing is left
to be restored however the program ends. The terminal itself remembers where the text goes on; columns are
counted only to know when it will reach the line, and a miscount is erased with the next drawing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.api.events import Drafted, Finished, Started, Token

BELOW = "\x1bD\x1b[A\x1b7\x1b[B\r\x1b[J"
"""Down a row and up again: the screen scrolls where there was none. Then to that row, which is emptied."""
BACK = "\x1b8"
ERASE = "\x1b[J"
DRAWN_A_SECOND = 10
FEWEST_ROWS = 4
"""On a lower terminal the text has them all."""


@dataclass
class Live:
    """What there is to tell of a sequence while it is said."""

    started: Started
    tokens: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Tokens a second so far."""
        return self.tokens / max(time.monotonic() - self.began, 0.001)


class StatusLine:
    """What is written around the text of events, so that a line stands below it."""

    def __init__(self, line: Callable[[Live, int], str] | None) -> None:
        """`line`: what it tells, in at most so many columns, as it is to be written.

        None: there is no such line.
        """
        self._line = line
        self._live: Live | None = None
        self._drawn = False
        self._shown = ""
        self._columns = 0
        self._again = 0.0

    def around(
        self,
        event: Started | Token | Drafted | Finished,
        text: str,
        *,
        before: int,
        after: int,
        size: tuple[int, int],
        covered: bool,
    ) -> str:
        """What to write where `text` is what an event of the first sequence adds.

        `before` and `after`: columns from the beginning of the line to the cursor, as if it did not wrap.
        `size`: columns and rows of the terminal. `covered`: whether a draft is painted where it would stand.
        """
        if isinstance(event, Started):
            self._live = Live(event)
        elif isinstance(event, Token) and self._live:
            self._live.tokens += 1
        elif isinstance(event, Finished):
            self._live = None
        if covered:
            return self.erased() + text
        columns = size[0]
        leaves = isinstance(event, Token) and any(mark in event.text for mark in "\n\t")
        if self._live is None or leaves or before // columns != after // columns:
            text = self.erased() + text
        return text + self._drawing(after, *size)

    def erased(self) -> str:
        """What takes the line away; nothing where there is none."""
        drawn, self._drawn = self._drawn, False
        return ERASE if drawn else ""

    def _drawing(self, column: int, columns: int, rows: int) -> str:
        # At the margin, a terminal forgets that the next letter belongs to the next row.
        at_margin = column % columns in (0, columns - 1) and column > 0
        if self._line is None or self._live is None or rows < FEWEST_ROWS or at_margin:
            return ""
        now = time.monotonic()
        if now >= self._again or columns != self._columns:
            self._shown, self._columns = self._line(self._live, columns - 1), columns
            self._again = now + 1 / DRAWN_A_SECOND
        elif self._drawn:
            return ""
        self._drawn = True
        return f"{BELOW}{self._shown}{BACK}"
