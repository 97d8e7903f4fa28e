"""A terminal, as small as it can be: what a screen shows after the few sequences that the REPL writes.

It wraps as terminals do: a full line is left only when another letter comes.
"""

from __future__ import annotations

import re

SEQUENCE = re.compile(r"\x1b\[(\d*)(;\d+)*([A-Za-z])")


class SmallTerminal:
    """Letters of one column each, `columns` x `rows`, and all lines that have scrolled away."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.lines: list[list[str]] = [[]]
        self.row = self.column = 0

    def write(self, text: str) -> None:
        while text:
            found = SEQUENCE.match(text)
            if found:
                self._obey(found.group(3), int(found.group(1) or 1), found.group(1))
                text = text[found.end() :]
                continue
            self._letter(text[0])
            text = text[1:]

    @property
    def text(self) -> str:
        """All that is seen or has scrolled away, the spaces at the ends of lines left out."""
        return "\n".join("".join(line).rstrip() for line in self.lines).rstrip("\n")

    def _letter(self, letter: str) -> None:
        if letter == "\n":  # as the line discipline sends it: with a carriage return
            self._down()
            self.column = 0
        elif letter == "\r":
            self.column = 0
        else:
            if self.column == self.columns:
                self._down()
                self.column = 0
            line = self.lines[self.row]
            line += [" "] * (self.column + 1 - len(line))
            line[self.column] = letter
            self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def _obey(self, letter: str, count: int, given: str) -> None:
        top = max(0, len(self.lines) - self.rows)
        if letter == "A":
            assert self.row - count >= top, "moved above the screen"
            self.row -= count
        elif letter == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif letter in "KJ":
            assert not given
            # Where the last letter of a line was just written, it would go, too.
            del self.lines[self.row][min(self.column, self.columns - 1) :]
            if letter == "J":
                for below in range(self.row + 1, len(self.lines)):
                    self.lines[below] = []
        else:
            assert letter == "m", letter
