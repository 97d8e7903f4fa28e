"""Lines without cursor tricks: from a screen reader's terminal, Emacs, a dumb terminal or a pipe."""

from __future__ import annotations

import sys

from playground.session.actions.line import is_open
from playground.ui.repl.screen import say
from playground.ui.repl.signals import Signals, throw

PROMPT, MORE = "> ", ". "


class PlainInput:
    """Reads stdin line by line; what is prompted for is said on a terminal alone."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._interactive = sys.stdin.isatty()
        self._armed = False

    def read(self) -> str:
        """A line, or several between fences. Raises EOFError where there is no more, and Ended.

        Ctrl-c gives what was typed up; the second one in a row ends.
        """
        while True:
            try:
                with self._signals.told_by(throw):
                    line = self._lines()
                self._armed = False
                return line
            except KeyboardInterrupt:
                if self._armed or not self._interactive:
                    raise EOFError from None
                self._armed = True
                say("\n-- ctrl-c again leaves\n")

    def _lines(self) -> str:
        line = self._line(PROMPT)
        while is_open(line):
            try:
                line += "\n" + self._line(MORE)
            except EOFError:
                return line
        return line

    def _line(self, prompt: str) -> str:
        if self._interactive:
            say(prompt)
        data = sys.stdin.buffer.readline()
        if not data:
            if self._interactive:
                say("\n")
            raise EOFError
        # Bytes that are no UTF-8 are seen as such in what is typed, not refused with all of the line.
        return data.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
