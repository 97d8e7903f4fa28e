"""Pieces laid out in rows: what is appended touches the last rows alone. It knows no widget.

Of what is changed each method tells the first row that is another one now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from playground.session.safe_text import safe_text
from playground.ui.tui.paint import TYPED, Measure, View, number, step_of
from playground.ui.tui.pieces import Piece
from playground.ui.tui.wrapping import Row, Rows

NEWLINE = "⏎"
DRAFT = -1
"""The mark of a draft; of a piece, twice its place, and one more for the number after it."""


class LaidOut:
    """A document of pieces, and a draft after it."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.draft = ""
        self.rows = Rows(80)
        self.first_rows: list[int] = []
        """The row in which each piece begins, or the one before it."""
        self.steps: list[int] = []
        """On which step of the scale each piece is; `TYPED` for what was typed."""
        self._before_draft = self.rows.kept()
        self._view: View = "background"
        self._measure: Measure = "probability"

    # Changing it

    def again(self, width: int, view: View, measure: Measure) -> None:
        """Lay all of it out: for another width or another view."""
        self._view, self._measure = view, measure
        self.rows = Rows(width)
        self.first_rows, self.steps = [], []
        for place, piece in enumerate(self.pieces):
            self._lay(piece, place)
        self._before_draft = self.rows.kept()
        if self.draft:
            self.rows.append(safe_text(self.draft), DRAFT)

    def shared(self, pieces: Sequence[Piece]) -> int:
        """How many pieces at the beginning are laid out as these are."""
        same = 0
        for old, new in zip(self.pieces, pieces, strict=False):
            if not old.says_the_same(new):
                break
            same += 1
        return same

    def append(self, pieces: Iterable[Piece]) -> int:
        """Add pieces at the end, in place of the draft."""
        first = self.drop_draft()
        for piece in pieces:
            self.pieces.append(piece)
            first = min(first, self._lay(piece, len(self.pieces) - 1))
        self._before_draft = self.rows.kept()
        return first

    def set_draft(self, text: str) -> int:
        """Put `text` after the end, in place of the draft before."""
        first = self.drop_draft()
        self.draft = text
        self.rows.append(safe_text(text), DRAFT)
        return first

    def drop_draft(self) -> int:
        if self.draft:
            self.draft = ""
            self.rows.restore(self._before_draft)
        return len(self.rows) - 1

    # Finding something in it

    def token_after(self, place: int | None, step: int) -> int | None:
        """The next token that is seen, `step` 1, or the one before, -1; None where there is none."""
        if place is None:
            place = len(self.pieces) if step < 0 else -1
        place += step
        while 0 <= place < len(self.pieces):
            if self.pieces[place].is_token and self.pieces[place].text:
                return place
            place += step
        return None

    def token_by_row(self, place: int, step: int) -> int | None:
        """The nearest token of a row below, `step` 1, or above, -1; None where there is none."""
        row, column = self.place_of(place)
        row += step
        while 0 <= row < len(self.rows):
            if (found := self._token_in(self.rows.rows[row], column)) is not None:
                return found
            row += step
        return None

    def piece_at(self, x: int, row: int) -> int | None:
        """The place of the piece that is drawn at a cell of a row."""
        if not 0 <= row < len(self.rows):
            return None
        for run in self.rows.rows[row]:
            if x < run.width:
                return run.mark // 2 if run.mark >= 0 else None
            x -= run.width
        return None

    def place_of(self, place: int) -> tuple[int, int]:
        """The row and column where a piece begins."""
        first = self.first_rows[place]
        for row in range(first, min(first + 3, len(self.rows))):
            column = 0
            for run in self.rows.rows[row]:
                if run.mark == 2 * place:
                    return row, column
                column += run.width
        return first, 0

    def _token_in(self, row: Row, column: int) -> int | None:
        """The place of the token of a row that is nearest to a column."""
        found, nearest, at = None, 0, 0
        for run in row:
            place = run.mark // 2
            is_token = run.mark >= 0 and self.pieces[place].is_token and run.text.strip()
            distance = max(at - column, column - (at + run.width - 1), 0)
            if is_token and (found is None or distance < nearest):
                found, nearest = place, distance
            at += run.width
        return found

    def _lay(self, piece: Piece, place: int) -> int:
        self.first_rows.append(len(self.rows) - 1)
        self.steps.append(step_of(piece.probability) if piece.is_token else TYPED)
        text = safe_text(piece.text)
        if self._view == "plain" or not piece.is_token:
            return self.rows.append(text, 2 * place)
        line, newline, rest = text.partition("\n")
        first = self.rows.append(line + NEWLINE * bool(newline), 2 * place)
        if self._view == "number" and text:
            self.rows.append(number(piece, self._measure), 2 * place + 1)
        self.rows.append(newline + rest.replace("\n", f"{NEWLINE}\n"), 2 * place)
        return first
