"""Outputs on a terminal: text in place as it comes, colours, drafts and columns that are painted over.

All that a model, a file or a person wrote reaches the terminal through `PlainText`, which makes it safe;
the escape sequences are written here alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from playground.api.events import Drafted, Event, Finished, Started, Token
from playground.api.outputs import Columns, Continuing, Output
from playground.session.columns import column_lines
from playground.session.layout import display_width
from playground.session.plain_text import PlainText, last_line
from playground.session.safe_text import one_line, safe_text
from playground.session.shades import SHADES
from playground.ui.cli import probability
from playground.ui.cli.console import has_colour
from playground.ui.repl.region import Region, Tail
from playground.ui.repl.status import Live, StatusLine

STYLES = {
    "dim": "2", "bold": "1", "underlined": "4", "added": "32", "removed": "31;9",
    "error": "31", "warning": "33", "hint": "36", "notice": "2",
}  # fmt: skip
LEGEND = "the model's own probability of each token:"
DRAFTS_A_SECOND = 20
"""A draft costs a repaint, and nobody reads faster."""


class Plain(PlainText):
    """Writes plain text to stdout: every token at once, nothing twice."""

    def show(self, output: Output) -> None:
        """Show an output."""
        self.width = None if not sys.stdout.isatty() else _columns()
        _write(self.take(output))


class Screen(Plain):
    """Writes to a terminal that can move its cursor and, perhaps, show colours."""

    def __init__(self, status: Callable[[Live, int], str] | None = None) -> None:
        """`status`: what the line below a text that streams tells, in at most so many columns.

        Without it there is no such line.
        """
        super().__init__()
        self._status = StatusLine(
            status and (lambda live, width: self.styled(status(live, width), "dim"))
        )
        self._coloured = has_colour(sys.stdout)
        self._column = 0
        """Where the cursor is on its line, in columns from 0; more than the terminal has where it wrapped."""
        self._region = Region()
        self._tail = Tail(lambda line: self.styled(line, "dim"))
        self._draft = ""
        """What follows the text for now, painted or not yet."""
        self._paint_again = 0.0
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
        if isinstance(output, Columns):
            return self._status.erased() + self._line() + self._beside(output)
        self._region.release()
        if not isinstance(output, Started | Token | Drafted | Finished):
            return self._status.erased() + self._told(output)
        column = self._column
        text = super().take(output)
        # What is said beside the first sequence is shown when that has ended; numbers after the text
        # of tokens are not counted.
        if output.sequence or (self._continuing.probs and not self._coloured):
            return text
        covered = bool(self._tail.text)
        return self._status.around(
            output, text, before=column, after=self._column, size=_size(), covered=covered
        )

    def _told(self, output: Output) -> str:
        """What is no event: notes, tables, the text that is gone on from."""
        if isinstance(output, Continuing) and output.probs and self._coloured:
            legend = self._legend()
            return legend + super().take(output)
        return super().take(output)

    def _beside(self, output: Columns) -> str:
        """Columns in the place of those before; while they grow, as much as the screen holds."""
        width, height = _size()
        lines = column_lines(
            output.columns,
            max(1, width - 1),
            self.styled,
            height=None if output.final else max(1, height - 1),
        )
        painted = self._region.paint(lines, width)
        if output.final:
            self._region.release()
        return painted

    def _legend(self) -> str:
        if self._shown_legend:
            return ""
        self._shown_legend = True
        shades = "".join(_painted(f" {shade.label} ", shade.sgr) for shade in SHADES)
        return f"{self.styled(LEGEND, 'dim')} {shades}\n"

    def _event(self, event: Event) -> str:
        """An event whose turn has come: a text is written over its draft, and what is left of it painted."""
        shown = super()._event(event)
        if isinstance(event, Drafted):
            self._draft = event.text
            return self._repaint()
        if isinstance(event, Started):
            self._draft, self._paint_again = "", 0.0
            self._column = display_width(one_line(last_line(self._continuing.text)))
            return shown
        if isinstance(event, Finished):
            self._draft, self._column = "", 0
            return self._tail.paint("", 0, *_size()) + shown
        if not isinstance(event, Token):
            return shown
        self._draft = self._draft[len(event.text) :] * self._draft.startswith(event.text)
        shown = self._tail.write(event.text, shown)
        line = last_line(event.text)
        self._column = display_width(one_line(line)) + (0 if "\n" in event.text else self._column)
        return shown + self._repaint()

    def _repaint(self) -> str:
        """The draft as it is now, unless it was painted just before."""
        now = time.monotonic()
        if now < self._paint_again or self._draft == self._tail.text:
            return ""
        self._paint_again = now + 1 / DRAFTS_A_SECOND
        return self._tail.paint(self._draft, self._column, *_size())


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


def _columns() -> int:
    return _size()[0]


def _size() -> tuple[int, int]:
    """Columns and rows of the terminal."""
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return 80, 24
    # A terminal of which nobody has said how large it is says 0.
    return size.columns or 80, size.lines or 24
