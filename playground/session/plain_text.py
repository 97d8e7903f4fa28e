"""Outputs as plain text, as they come: for transcripts, screen readers, pipes and terminals without tricks.

Nothing is drawn twice and nothing is coloured; what tells kinds of lines apart is a word at their beginning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from playground.api.events import Drafted, Event, Finished, Started, Token
from playground.api.outputs import Columns, Continuing, Note, Output, Passage, Piece, Table
from playground.session.in_order import InOrder
from playground.session.layout import table_lines
from playground.session.safe_text import one_line, safe_text

MARKS = {"text": "", "notice": "-- ", "warning": "warning: ", "error": "error: "}
NEWLINE = "\u240a"


class PlainText:
    """The text that each output adds. `width`: where the last columns of tables wrap."""

    def __init__(self, width: int | None = None) -> None:
        self.width = width
        self._on_new_line = True
        self._order = InOrder()
        self._continuing = Continuing(text="")
        self._logprobs: list[float] = []

    def styled(self, text: str, style: str) -> str:
        """`text`, which is safe, in a style: of `Piece`, or the kind of a `Note`. Here it stays as it is."""
        return text

    def probable(self, text: str, logprobs: Sequence[float]) -> str:
        """A text with how likely each of its tokens was; here as numbers."""
        return numbered(text, logprobs)

    def beside(self, output: Columns) -> str:
        """Texts side by side; here one below the other."""
        return "".join(
            self._note(Note(column.name, "notice"))
            + self._closed("".join(map(self._piece, column.pieces)))
            for column in output.columns
        )

    def take(self, output: Output) -> str:
        """What is to be written for it."""
        if isinstance(output, Started | Token | Drafted | Finished):
            return "".join(self._event(ready) for ready in self._order.push(output))
        if isinstance(output, Note):
            text = self._line() + self._note(output)
        elif isinstance(output, Table):
            text = self._line() + self._table(output)
        elif isinstance(output, Passage):
            text = self._line() + self._closed("".join(map(self._piece, output.pieces)))
        elif isinstance(output, Continuing):
            text = self._line() + self._begin(output)
        elif isinstance(output, Columns):
            text = self._line() + self.beside(output) if output.final else ""
        else:
            text = ""
        if text:
            self._on_new_line = text.endswith("\n")
        return text

    def _begin(self, output: Continuing) -> str:
        self._continuing = output
        self._order = InOrder()
        return ""

    def _event(self, event: Event) -> str:
        if isinstance(event, Started):
            return self._started(event)
        if isinstance(event, Token):
            return self._token(event)
        return self._finished(event) if isinstance(event, Finished) else ""

    def _started(self, event: Started) -> str:
        self._logprobs.clear()
        notices = "".join(self._note(Note(line, "notice")) for line in event.notices)
        if self._continuing.n > 1:
            heading = f"{event.sequence + 1} of {self._continuing.n}"
            notices += self._note(Note(heading, "notice"))
        shown = notices + self.styled(safe_text(last_line(self._continuing.text)), "dim")
        self._on_new_line = shown.endswith("\n") or not shown
        return shown

    def _token(self, event: Token) -> str:
        if not self._continuing.probs:
            shown = safe_text(event.text)
        else:
            # A token of half a character has no text yet: the next one shows both.
            self._logprobs.append(event.raw_logprob)
            if not event.text:
                return ""
            shown = self.probable(event.text, self._logprobs)
            self._logprobs.clear()
        self._on_new_line = shown.endswith("\n") if shown else self._on_new_line
        return shown

    def _finished(self, event: Finished) -> str:
        text = self._line()
        self._on_new_line = True
        if event.error is not None:
            text += self._note(Note(event.error, "error", event.hint or ""))
        return text

    def _note(self, note: Note) -> str:
        """A note as lines of their own."""
        mark = self.styled(MARKS[note.kind], note.kind) if MARKS[note.kind] else ""
        text = safe_text(note.text) if note.kind == "text" else one_line(note.text)
        shown = self.styled(text, "dim") if note.kind == "notice" else text
        hint = f"{self.styled('hint: ', 'hint')}{safe_text(note.hint)}\n" if note.hint else ""
        return f"{mark}{shown}\n{hint}"

    def _table(self, table: Table) -> str:
        lines = table_lines(table.headers, table.rows, right=table.right, width=self.width)
        return "".join(
            f"{self.styled(line, 'bold') if place == 0 else line}\n"
            for place, line in enumerate(lines)
        )

    def _piece(self, piece: Piece) -> str:
        if piece.logprobs:
            return self.probable(piece.text, piece.logprobs)
        return self.styled(safe_text(piece.text), piece.style)

    def _line(self) -> str:
        return "" if self._on_new_line else "\n"

    @staticmethod
    def _closed(text: str) -> str:
        return text if not text or text.endswith("\n") else text + "\n"


def last_line(text: str) -> str:
    """What of a text stands on the line that is gone on with."""
    return text.rpartition("\n")[2]


def numbered(text: str, logprobs: Sequence[float]) -> str:
    """`text(0.42)`; a number for each of the tokens it is made of."""
    numbers = " ".join(f"{math.exp(logprob):.2g}" for logprob in logprobs)
    shown = safe_text(text).replace("\n", NEWLINE)
    return f"{shown}({numbers})" + "\n" * text.count("\n")
