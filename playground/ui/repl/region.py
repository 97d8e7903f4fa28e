"""Lines at the end of what a terminal shows that are painted again and again, without flicker.

It makes the escape sequences and writes nothing. Movements are relative, so that it holds when the screen
scrolls; nothing is erased before it is painted over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from playground.session.layout import display_width
from playground.session.safe_text import one_line, safe_text

ERASE_LINE, ERASE_BELOW = "\x1b[K", "\x1b[J"
_STYLES = re.compile(r"\x1b\[[0-9;]*m")


class Region:
    """Whole lines, the cursor being at the beginning of the line below them."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def paint(self, lines: Sequence[str], columns: int) -> str:
        """What shows `lines` (none wider than the terminal's `columns`) in the place of those before."""
        # A terminal that has become narrower has broken the lines that were painted.
        rows = sum(max(1, -(-width // columns)) for width in self._widths)
        up = f"\r\x1b[{rows}A" if rows else ""
        self._widths = [display_width(_STYLES.sub("", line)) for line in lines]
        return up + "".join(f"{line}{ERASE_LINE}\n" for line in lines) + ERASE_BELOW * bool(rows)

    def release(self) -> None:
        """What is painted stays; the next lines are painted below it."""
        self._widths = []


class Tail:
    """A text after the cursor that may still become another one: a draft. The cursor stays before it.

    It wraps where a text that is written does, so that what turns out as it was drafted is written over it.
    """

    def __init__(self, drawn: Callable[[str], str]) -> None:
        """`drawn` gives a line, which is safe, its style."""
        self.text = ""
        """What is painted, as it was given."""
        self._drawn = drawn
        self._moved = False
        """Whether the cursor was taken from the full end of a line to the beginning of the next one."""
        self._column, self._columns = 0, 1
        """Where the cursor is, of how many, while something is painted."""

    def paint(self, text: str, column: int, columns: int, rows: int) -> str:
        """What shows `text` instead, in a terminal of `columns` x `rows`.

        `column`: of the cursor, counted on from the last line's end. What does not fit on the screen
        together with the cursor's line is left out.
        """
        if text == self.text:
            return ""
        self.text = text
        if not text:
            return ERASE_BELOW
        self._column, self._columns = column, columns
        column, full = column % columns, bool(column) and column % columns == 0
        first = "\n" if full and not self._moved else ""
        self._moved = self._moved or full
        lines = _broken(text, columns - column, columns)
        if len(lines) > rows - 1:
            lines = lines[: rows - 1]
            lines[-1] = lines[-1][:-1] + "…"
        *before, last = lines
        widths = [column + display_width(lines[0]), *map(display_width, lines[1:])]
        # At the end of a full line, erasing would take its last letter.
        painted = "".join(
            self._drawn(line) + ERASE_LINE * (width < columns) + "\n"
            for line, width in zip(before, widths, strict=False)
        )
        painted += ERASE_BELOW + self._drawn(last)
        back = f"\x1b[{len(before)}A" if before else ""
        return first + painted + back + "\r" + (f"\x1b[{column}C" if column else "")

    def write(self, text: str, shown: str) -> str:
        """What writes a final `text`, which is shown as `shown`, over it."""
        self._moved = self._moved and not text
        if not self.text or not text:
            return shown
        if self.text.startswith(text) and shown == safe_text(text) and "\n" not in text:
            self.text = self.text[len(text) :]
            return shown + self._leave_full_line(shown)
        self.text = ""
        return ERASE_BELOW + shown

    def _leave_full_line(self, shown: str) -> str:
        """Goes to the next line where `shown` has filled one above the rest of the draft.

        What erases the rest would else take the last letter of the full line.
        """
        self._column += display_width(shown)
        if not self.text or self._column % self._columns:
            return ""
        self._moved = True
        return "\n"


def _broken(text: str, first: int, room: int) -> list[str]:
    """The lines of a text of which the first has `first` columns and the others `room`."""
    lines = []
    for part in text.split("\n"):
        line, used, left = "", 0, first
        for letter in one_line(part):
            width = display_width(letter)
            if used + width > left:
                lines.append(line)
                line, used, left = "", 0, room
            line += letter
            used += width
        lines.append(line)
        first = room
    return lines
