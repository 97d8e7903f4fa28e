"""Read a line, show what comes of it, until the user leaves."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from playground.api.errors import PlaygroundError
from playground.api.outputs import CopyText, EditText, Note, Output, Quit
from playground.ui.repl.quiet import Quiet
from playground.ui.repl.screen import Plain, Screen
from playground.ui.repl.signals import Ended, Signals

if TYPE_CHECKING:
    from playground.session.workbench import Workbench
    from playground.ui.repl.status import Live

WELCOME = "type a text to go on from; /help lists the commands, ctrl-d leaves"


class Reader(Protocol):
    """Where lines come from."""

    def read(self) -> str:
        """Raises EOFError where there are no more, Ended where a signal ends the program."""


def is_plain() -> bool:
    """Whether the terminal is none, or one without cursor tricks."""
    terminals = sys.stdin.isatty() and sys.stdout.isatty()
    return not terminals or os.environ.get("TERM", "dumb") in ("", "dumb", "emacs")


class Repl:
    """One REPL, from its first prompt to its end."""

    def __init__(self, bench: Workbench, *, plain: bool) -> None:
        self._bench = bench
        self._plain = plain
        self._signals = Signals(bench.stop)
        self._screen: Plain = Plain() if plain else Screen(self._status)
        self._quiet = Quiet()

    def run(self) -> int:
        """The exit code: 0, or that of the signal that ended it."""
        with self._signals.installed():
            try:
                reader = self._reader()
                self._loop(reader)
            except OSError:
                # The terminal is gone; what was typed and said is kept.
                if self._signals.ended is None:
                    raise
            finally:
                self._bench.close()
        return 0 if self._signals.ended is None else 128 + self._signals.ended

    def _status(self, live: Live, width: int) -> str:
        """What the toolbar tells, while it cannot be seen."""
        from playground.ui.repl import toolbar

        return toolbar.line(self._bench, width, live)

    def _reader(self) -> Reader:
        if self._plain:
            from playground.ui.repl.plain_input import PlainInput

            gc.enable()
            if sys.stdin.isatty():
                self._screen.show(Note(WELCOME, "notice"))
            return PlainInput(self._signals)
        from playground.ui.repl.prompt import Prompt

        self._screen.show(Note(WELCOME, "notice"))
        return Prompt(self._bench, self._signals)

    def _loop(self, reader: Reader) -> None:
        while self._signals.ended is None:
            for note in self._bench.watched():
                self._screen.show(note)
            try:
                line = reader.read()
            except (EOFError, Ended):
                return
            if not self._act(line):
                return

    def _act(self, line: str) -> bool:
        """Show what comes of a line; False where that is the end."""
        stay, reply = True, None
        outputs = self._bench.run(line)
        with nullcontext() if self._plain else self._quiet:
            while True:
                try:
                    output = outputs.send(reply)
                except StopIteration:
                    return stay
                stay = stay and not isinstance(output, Quit)
                reply = self._do(output)

    def _do(self, output: Output) -> Any:
        """Show an output, or do what it asks for; the answer to it."""
        try:
            if isinstance(output, EditText):
                from playground.ui.repl.editor import edited

                with self._quiet.paused():
                    return edited(output.text)
            if isinstance(output, CopyText):
                from playground.ui.repl.clipboard import copy

                copy(output.text, terminal=not self._plain)
                return None
        except PlaygroundError as error:
            self._screen.show(Note(error.message, "error", error.hint))
            return None
        self._screen.show(output)
        return None
