"""Rows of a text that grows at its end: laid out once, wrapped at words, by the width of cells.

What is appended touches the last row alone, so a token costs the same after ten thousand others as after
none. It knows neither colours nor what a token is: a stretch of text carries a mark that somebody else
understands.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

TAB = 4
"""Columns between the stops of a tab."""
_CHUNKS = re.compile(r"\n|[ \t]+|[^ \t\n]+")


class Run(NamedTuple):
    """A stretch of a row that has one mark."""

    text: str
    mark: int
    width: int
    """In cells."""


Row = list[Run]


class Rows:
    """The rows of what was appended so far, in `width` columns; there is always one."""

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[Row] = [[]]
        self._used = 0
        """Cells that are taken of the last row."""
        self._word: tuple[int, int] | None = None
        """Where the last word of the last row begins, as run and character; None: with the row."""

    def __len__(self) -> int:
        return len(self.rows)

    def append(self, text: str, mark: int) -> int:
        """Add `text`, whose characters are safe to draw; the first row that has changed."""
        first = len(self.rows) - 1
        for chunk in _CHUNKS.findall(text):
            if chunk == "\n":
                self._new_row()
            elif chunk[0] in " \t":
                self._space(chunk, mark)
            else:
                self._add_word(chunk, mark)
        return first

    def kept(self) -> tuple[int, Row, int, tuple[int, int] | None]:
        """What `restore` needs to come back to how it is now."""
        return len(self.rows), list(self.rows[-1]), self._used, self._word

    def restore(self, kept: tuple[int, Row, int, tuple[int, int] | None]) -> None:
        """Take back all that was appended since `kept`."""
        count, last, self._used, self._word = kept
        del self.rows[count - 1 :]
        self.rows.append(list(last))

    def _space(self, space: str, mark: int) -> None:
        """White space hangs over the edge rather than begin a row."""
        for each in space:
            size = TAB - self._used % TAB if each == "\t" else 1
            self._put(" " * size, mark, size)
        self._word = (len(self.rows[-1]), 0)

    def _add_word(self, word: str, mark: int) -> None:
        if not (word.isascii() or all(get_character_cell_size(letter) == 1 for letter in word)):
            self._add_letters(word, mark)
        elif self._used + len(word) <= self.width:
            self._put(word, mark, len(word))
        else:
            self._overflow(word, mark)

    def _overflow(self, word: str, mark: int) -> None:
        """A word of single cells that does not fit: it goes to a new row, cut where it is wider than that."""
        self._carry()
        while self._used + len(word) > self.width:
            room = self.width - self._used
            if room > 0:
                self._put(word[:room], mark, room)
                word = word[room:]
            self._new_row()
        self._put(word, mark, len(word))

    def _add_letters(self, word: str, mark: int) -> None:
        """A word with wide or combining characters breaks before any that takes cells."""
        for letter in word:
            width = cell_len(letter)
            if width and self._used + width > self.width:
                self._carry()
                if self._used + width > self.width:
                    self._new_row()
            self._put(letter, mark, width)
            if width > 1:
                self._word = (len(self.rows[-1]), 0)

    def _carry(self) -> None:
        """Begin a new row with the last word of this one, if there are others before it."""
        if self._word is None:
            return
        row = self.rows[-1]
        place, letter = self._word
        tail: Row = row[place:]
        if tail and letter:
            cut = tail[0]
            row[place:] = [Run(cut.text[:letter], cut.mark, cell_len(cut.text[:letter]))]
            tail[0] = Run(cut.text[letter:], cut.mark, cell_len(cut.text[letter:]))
        else:
            del row[place:]
        self._new_row()
        self.rows[-1].extend(tail)
        self._used = sum(run.width for run in tail)

    def _new_row(self) -> None:
        self.rows.append([])
        self._used = 0
        self._word = None

    def _put(self, text: str, mark: int, width: int) -> None:
        """Put it after the last row. A run ends where a word begins, so that a row can be cut there."""
        row = self.rows[-1]
        begins = self._word is not None and self._word[0] == len(row)
        if row and row[-1].mark == mark and not begins:
            last = row[-1]
            row[-1] = Run(last.text + text, mark, last.width + width)
        elif text:
            row.append(Run(text, mark, width))
        self._used += width
