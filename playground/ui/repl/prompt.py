"""The prompt: editing, history with search, completion, colours, the toolbar."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from playground import paths
from playground.session.workbench import Workbench
from playground.ui.cli.console import has_colour
from playground.ui.repl import toolbar
from playground.ui.repl.completer import LineCompleter
from playground.ui.repl.keys import bindings
from playground.ui.repl.lexer import LineLexer
from playground.ui.repl.signals import Signals

STYLE = Style.from_dict(
    {
        "bottom-toolbar": "noreverse",
        "bottom-toolbar.text": "fg:ansibrightblack",
        "command": "fg:ansicyan",
        "unknown": "fg:ansired",
        "chain.stage": "fg:ansigreen",
        "chain.word": "fg:ansired",
        "chain.option": "fg:ansiyellow",
        "chain.number": "fg:ansimagenta",
        "chain.text": "fg:ansimagenta",
        "chain.pipe": "bold",
    }
)
MESSAGE, CONTINUED = "> ", ". "
AGAIN = "ctrl-c again leaves"


class Prompt:
    """Reads lines with all the comfort of a terminal."""

    def __init__(self, bench: Workbench, signals: Signals) -> None:
        self._bench = bench
        self._signals = signals
        self._armed = False
        self._shown = False
        self._session: PromptSession[str] = PromptSession(
            message=[("class:prompt", MESSAGE)],
            history=_history(),
            auto_suggest=AutoSuggestFromHistory(),
            completer=ThreadedCompleter(LineCompleter(bench)),
            complete_while_typing=Condition(self._is_command),
            lexer=LineLexer(bench),
            style=STYLE,
            color_depth=None if has_colour(sys.stdout) else ColorDepth.DEPTH_1_BIT,
            bottom_toolbar=self._toolbar,
            key_bindings=bindings(bench, self._interrupt),
            multiline=True,
            prompt_continuation=CONTINUED,
            reserve_space_for_menu=4,
        )
        self._session.default_buffer.on_text_changed += self._typed
        self._session.app.after_render += self._was_shown

    def read(self) -> str:
        """A line, or several. Raises EOFError where the user leaves, and Ended."""
        self._armed = False
        while True:
            try:
                with self._signals.told_by(self._tell):
                    return self._session.prompt(handle_sigint=False)
            except KeyboardInterrupt:
                self._armed = True

    def _tell(self, error: BaseException) -> None:
        """End the reading, from a signal handler; ctrl-c is a key here and seldom a signal."""
        loop = self._session.app.loop
        if loop is None:  # it is about to begin, or has just ended
            raise error
        loop.call_soon_threadsafe(self._leave, error)

    def _leave(self, error: BaseException) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._interrupt()
        elif self._session.app.is_running and not self._session.app.is_done:
            self._session.app.exit(exception=error)

    def _interrupt(self) -> None:
        """Ctrl-c: what is typed goes to the history and is cleared; twice on nothing leaves."""
        buffer = self._session.default_buffer
        if buffer.text:
            buffer.append_to_history()
            buffer.reset()
        elif self._armed:
            self._session.app.exit(exception=EOFError())
            return
        self._armed = not buffer.text
        self._session.app.invalidate()

    def _is_command(self) -> bool:
        text = self._session.default_buffer.text
        return text.startswith(("/", "@")) and not text.startswith(("//", "@@"))

    def _typed(self, _: Any) -> None:
        self._armed = self._armed and not self._session.default_buffer.text

    def _was_shown(self, _: Any) -> None:
        """What takes time begins when the prompt is there."""
        if not self._shown:
            self._shown = True
            gc.enable()
            asyncio.get_running_loop().call_later(0.05, self._bench.warm)

    def _toolbar(self) -> StyleAndTextTuples:
        columns = self._session.app.output.get_size().columns
        text = AGAIN if self._armed else toolbar.line(self._bench, columns - 1)
        return [("", text)]


def _history() -> History:
    """What was typed before; in memory where it cannot be kept."""
    file = Path(paths.data_folder()) / "repl-history"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
