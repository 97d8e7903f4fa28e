"""A user with empty folders, scripted models for the command line, and ways to run it."""

from __future__ import annotations

import ctypes
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from playground.ui.cli.app import cli
from tests.users import move_in, write_scripted

FOR_TESTS = ("PLAYGROUND_WORKER", "PLAYGROUND_RUNTIME_HOME")
"""Set for all tests by the conftest above this one."""
DROP_FROM_BOUNDS, MAY_IGNORE_PERMISSIONS = 24, 1
"""prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE): root after it obeys permissions as anybody."""
COMMAND = (str(Path(sys.executable).with_name("playground")),)

SCRIPTED_PLUGIN = '''
"""Scripted models, which can be slow and tell so, and lack a token for the beginning of a text."""
import sys
import time

from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend, ScriptedModel, read_script


def wait(what, seconds):
    if seconds > 1:
        print(what, file=sys.stderr, flush=True)
    time.sleep(seconds)


class Slow(ScriptedModel):
    pause = 0.0

    def read(self, batch):
        wait("reading", self.pause)
        return super().read(batch)


class SlowBackend(ScriptedBackend):
    def load(self, folder, *, device, dtype, **options):
        config = read_script(folder)
        wait("loading", config.get("load_seconds", 0))
        model = Slow(
            config["script"],
            after=config.get("after", ""),
            context_length=config.get("context_length"),
        )
        model.pause = config.get("pause", 0.0)
        if not config.get("begins", True):
            model.tokenizer.bos_id = None
        return model


@hookimpl
def register_backends():
    return [SlowBackend()]
'''


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders of the user's, and none of the user's settings."""
    move_in(monkeypatch, tmp_path, keep=FOR_TESTS)
    return tmp_path


def obey_permissions() -> None:
    """For a process that is about to begin: root is bound by the modes of files, too."""
    if os.geteuid() == 0:
        assert ctypes.CDLL(None).prctl(DROP_FROM_BOUNDS, MAY_IGNORE_PERMISSIONS, 0, 0, 0) == 0


@dataclass
class Playground:
    """The command line with a plugin folder and a model folder of its own."""

    folder: Path
    environment: Callable[[str, str], None]

    @property
    def plugins(self) -> Path:
        return self.folder / "config" / "plugins"

    def model(self, name: str, script: Any, **config: Any) -> str:
        """A model called `name` that says `script`."""
        return write_scripted(self.folder / "data" / "models", name, script, **config)

    def plugin(self, name: str, text: str) -> Path:
        self.plugins.mkdir(parents=True, exist_ok=True)
        file = self.plugins / f"{name}.py"
        file.write_text(text)
        return file

    def template(self, name: str, text: str) -> None:
        folder = self.folder / "config" / "prompts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.toml").write_text(text)

    def run(self, *words: str, stdin: str | bytes | None = None) -> Result:
        """In this process: quick, and stdout is a pipe."""
        return CliRunner().invoke(cli, list(words), input=stdin)

    def process(self, *words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """As a process of its own."""
        options = {"capture_output": True, "timeout": 60} | options
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([*COMMAND, *words], env=self._environment(options), **options)

    def start(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """A process that runs while the test goes on."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*COMMAND, *words], env=self._environment(options), **pipes | options
        )

    @staticmethod
    def interrupt(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes, int]:
        """Ctrl-c: what is still written, to stdout and stderr, and the exit code."""
        process.send_signal(signal.SIGINT)
        # Not communicate(), which does not see what has been read ahead.
        out, err = process.stdout.read(), process.stderr.read()
        return out, err, process.wait(180)

    def on_terminal(self, *words: str, **environment: str) -> tuple[bytes, int]:
        """What a terminal of 80 columns receives, and the exit code."""
        return self.terminal(*words, **environment).finish()

    @staticmethod
    def terminal(*words: str, **environment: str) -> Terminal:
        """A terminal on which the command runs while the test goes on."""
        return Terminal([*COMMAND, *words], os.environ | {"TERM": "xterm-256color"} | environment)

    @staticmethod
    def _environment(options: dict[str, Any]) -> dict[str, str]:
        return {**os.environ, **options.pop("env", {})}


class Terminal:
    """A process whose stdin, stdout and stderr are a pseudo-terminal."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.received = b""
        self._grown = threading.Condition()
        self._process, self._screen = _spawn(command, environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def wait_for(self, text: bytes, seconds: float = 120) -> None:
        with self._grown:
            assert self._grown.wait_for(lambda: text in self.received, seconds), self.received

    def finish(self) -> tuple[bytes, int]:
        code = self._process.wait(180)
        self._reader.join(5)
        os.close(self._screen)
        return self.received, code

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._screen, 4096)
            except OSError:  # Linux: the last process on the terminal is gone
                return
            if not data:
                return
            with self._grown:
                self.received += data
                self._grown.notify_all()


def _spawn(command: list[str], environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """A process in a session of its own, whose controlling terminal is the pseudo-terminal."""
    screen, line = pty.openpty()
    script = (
        "import os, sys, fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "os.execvp(*eval(sys.argv[1]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, repr((command[0], command))],
        stdin=line,
        stdout=line,
        stderr=line,
        env=environment,
        start_new_session=True,
    )
    os.close(line)
    return process, screen


@pytest.fixture
def playground(home: Path, monkeypatch: pytest.MonkeyPatch) -> Playground:
    made = Playground(home, monkeypatch.setenv)
    made.plugin("scripted_models", SCRIPTED_PLUGIN)
    return made


PATIENCE = 120.0


class Tmux:
    """A terminal that shows what a person would see: one window of a tmux server of its own."""

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
            [*self._server, *words], env=self._env, capture_output=True, text=True, timeout=180
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


@pytest.fixture
def tmux(tmp_path_factory) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    # Not below the test's own folder: a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    made = Tmux(folder)
    yield made
    made.kill()
    shutil.rmtree(folder, ignore_errors=True)
