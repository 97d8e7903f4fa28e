"""A terminal that shows what a person would see: tmux draws it, and answers what is asked of terminals."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 40.0
COMMAND = shlex.quote(str(Path(__import__("sys").executable).with_name("playground")))


class Tmux:
    """One window of a tmux server of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: list[str] = []
        self._env = {**os.environ, "TERM": "xterm-256color"}

    def open(self, command: str, columns: int = 80, rows: int = 24) -> None:
        """Run a shell command in it; its exit code is shown at its end, and the terminal's modes."""
        self.kill()
        # A server that ends would take a new one at the same socket with it.
        socket = self._folder / f"tmux{len(list(self._folder.iterdir()))}"
        self._server = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        size = ["-x", str(columns), "-y", str(rows)]
        modes = "stty -a | tr ' ' '\\n' | grep -x -e '-*echo' -e '-*icanon'"
        script = f'{command}; echo "exit=$?"; {modes}; sleep 60'
        self._run("new-session", "-d", *size, script)

    def type(self, text: str) -> None:
        """Characters as they are."""
        self._run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys by their names: Enter, C-c, M-Enter."""
        self._run("send-keys", *keys)

    def enter(self, line: str) -> None:
        """A line and Enter."""
        if line:
            self.type(line)
        self.press("Enter")

    def screen(self) -> str:
        """What is seen."""
        return self._run("capture-pane", "-p").rstrip()

    def joined(self) -> str:
        """What is seen and what was scrolled away, wrapped lines joined."""
        return self._run("capture-pane", "-p", "-J", "-S", "-").rstrip()

    def screen_with_styles(self) -> str:
        """What is seen, with the escape sequences of its colours."""
        return self._run("capture-pane", "-p", "-e").rstrip()

    def wait_for(self, text: str, *, times: int = 1, gone: bool = False) -> str:
        """The screen as soon as `text` is on it so many times, or is not any more."""
        deadline = time.monotonic() + PATIENCE
        while ((screen := self.screen()).count(text) >= times) == gone:
            assert time.monotonic() < deadline, f"waited for {text!r}:\n{screen}"
            time.sleep(0.05)
        return screen

    def resize(self, columns: int, rows: int) -> None:
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def process(self) -> int:
        """The program that runs in it."""
        ran = subprocess.run(
            ["pgrep", "-P", self.ask("#{pane_pid}")], capture_output=True, text=True, check=True
        )
        return int(ran.stdout.split()[0])

    def ask(self, format_: str) -> str:
        """A property of the pane: `#{pane_title}`."""
        return self._run("display-message", "-p", format_).strip()

    def buffers(self) -> str:
        """What was put into tmux's clipboard."""
        return self._run("list-buffers")

    def kill(self) -> None:
        if self._server:
            subprocess.run([*self._server, "kill-server"], check=False, capture_output=True)

    def _run(self, *words: str) -> str:
        ran = subprocess.run(
            [*self._server, *words], env=self._env, capture_output=True, text=True, timeout=30
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


@pytest.fixture
def tmux(tmp_path_factory) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    # Not below the test's own folder: a socket's path must be short.
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    made = Tmux(folder)
    yield made
    made.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def repl(tmux: Tmux, playground) -> Callable[..., Tmux]:
    """Opens the REPL on a terminal and waits for its prompt."""

    def make(*words: str, columns: int = 80, rows: int = 24, before: str = "") -> Tmux:
        shown = " ".join(map(shlex.quote, words))
        tmux.open(f"{before} {COMMAND} repl {shown}", columns, rows)
        tmux.wait_for("\n>")
        return tmux

    return make
