"""Outputs on a terminal: text in place as it comes, colours, drafts that are drawn over.

All that a model, a file or a person wrote reaches the terminal through `PlainText`, which makes it safe;
the escape sequences are written here alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from playground.api.events import Drafted, Finished, Started, Token
from playground.api.outputs import Continuing, Output
from playground.session.layout import display_width
from playground.session.plain_text import PlainText, last_line
from playground.session.safe_text import one_line, safe_text
from playground.session.shades import SHADES
from playground.ui.cli import probability
from playground.ui.cli.console import has_colour
from playground.ui.repl.status import Live, StatusLine

STYLES = {
    "dim": "2", "bold": "1", "added": "32", "removed": "31;9",
    "error": "31", "warning": "33", "hint": "36", "notice": "2",
}  # fmt: skip
SAVE, RESTORE, ERASE = "\x1b7", "\x1b8", "\x1b[K"
LEGEND = "the model's own probability of each token:"
DRAFTS_A_SECOND = 20
"""A draft costs a repaint, and nobody reads faster."""


class Plain(PlainText):
    """Writes plain text to stdout: every token at once, nothing twice."""

    def show(self, output: Output) -> None:
        """Show an output."""
        self.width = None if not sys.stdout.isatty() else _size()[0]
        _write(self.take(output))


class Screen(Plain):
    """Writes to a terminal that can move its cursor and, perhaps, show colours."""

    def __init__(self, status: Callable[[Live, int], str]) -> None:
        """`status`: what the line below a text that streams tells, in at most so many columns."""
        super().__init__()
        self._status = StatusLine(lambda live, width: self.styled(status(live, width), "dim"))
        self._coloured = has_colour(sys.stdout)
        self._column = 0
        """Where the cursor is on its line, in columns from 0."""
        self._drawn = False
        """Whether a draft stands after the cursor."""
        self._draw_again = 0.0
        self._shown_legend = False

    def styled(self, text: str, style: str) -> str:
        if not (style and text and self._coloured):
            return text
        return "\n".join(
            f"\x1b[{STYLES[style]}m{line}\x1b[0m" if line else "" for line in text.split("\n")
        )

    def probable(self, text: str, logprobs: Sequence[float]) -> str:
        if not self._coloured:
            return super().probable(text, logprobs)
        pieces = probability.coloured(safe_text(text), logprobs)
        return "".join(_painted(piece, style) for piece, style in pieces)

    def take(self, output: Output) -> str:
        column = self._column
        text = self._drawn_over(output)
        if not isinstance(output, Started | Token | Drafted | Finished):
            return self._status.erased() + text
        # What is said beside the first sequence is shown when that has ended; numbers after the text
        # of tokens are not counted.
        if output.sequence or (self._continuing.probs and not self._coloured):
            return text
        size = _size()
        return self._status.around(output, text, before=column, after=self._column, size=size)

    def _drawn_over(self, output: Output) -> str:
        """What to write for an output, in the place of the draft that may stand after the cursor."""
        if isinstance(output, Drafted):
            return self._draft(output)
        if isinstance(output, Continuing) and output.probs and self._coloured:
            legend = self._legend()
            return legend + super().take(output)
        text = super().take(output)
        if isinstance(output, Started | Token | Finished):
            self._follow(output)
        if self._drawn and text:
            self._drawn = False
            return ERASE + text
        return text

    def _legend(self) -> str:
        if self._shown_legend:
            return ""
        self._shown_legend = True
        shades = "".join(_painted(f" {shade.label} ", shade.sgr) for shade in SHADES)
        return f"{self.styled(LEGEND, 'dim')} {shades}\n"

    def _follow(self, event: Started | Token | Finished) -> None:
        """Where the cursor is after an event that was shown."""
        if event.sequence:
            return
        if isinstance(event, Started):
            self._column = display_width(one_line(last_line(self._continuing.text)))
            return
        text = event.text if isinstance(event, Token) else "\n"
        line = last_line(text)
        self._column = display_width(one_line(line)) + (0 if "\n" in text else self._column)

    def _draft(self, draft: Drafted) -> str:
        """What a draft would add, on the rest of the line: it never scrolls, so it can be drawn over."""
        now = time.monotonic()
        columns, _ = _size()
        room = columns - self._column % columns - 1
        if draft.sequence or room < 2 or now < self._draw_again:
            return ""
        self._draw_again = now + 1 / DRAFTS_A_SECOND
        self._drawn = True
        tail = _cut(one_line(draft.text), room)
        return f"{ERASE}{SAVE}{self.styled(tail, 'dim')}{RESTORE}"


def copy_by_terminal(text: str) -> None:
    """Ask the terminal to put `text` into the clipboard (OSC 52)."""
    from base64 import b64encode

    _write(f"\x1b]52;c;{b64encode(text.encode()).decode()}\x07")


def say(text: str) -> None:
    """Write what belongs to no output, such as a prompt."""
    _write(safe_text(text))


def _write(text: str) -> None:
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _painted(text: str, sgr: str) -> str:
    return f"\x1b[{sgr}m{text}\x1b[0m" if sgr and text else text


def _cut(text: str, room: int) -> str:
    """As much of a line as fits into so many columns."""
    width = 0
    for place, letter in enumerate(text):
        width += display_width(letter)
        if width > room:
            return text[:place]
    return text


def _size() -> tuple[int, int]:
    """Columns and rows of the terminal."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return 80, 24
    return max(1, columns), max(1, rows)
