"""A user whose commands share a session process, and models that pause, hang, fail and count on demand."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.api import GenerationRequest
from playground.config import load_settings
from playground.protocol.address import Address, address_of
from playground.protocol.messages import Status
from playground.session import workers
from playground.session.client import Session
from playground.session.remote import Remote
from tests.users import move_in, write_scripted

COMMAND = str(Path(sys.executable).with_name("playground"))

PLUGIN = '''
"""Scripted models that do what their configuration says, and note every read in a file beside it."""
import os
import time
from pathlib import Path

from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend, ScriptedModel, read_script


class Noted(ScriptedModel):
    def read(self, batch):
        with open(self.folder / "reads", "a") as notes:
            notes.write(f"{len(batch)}\\n")
        if "hang" in self.config:
            self.hang()
        if self.config.get("fail") and len(batch[0].tokens) == 1:
            raise RuntimeError(self.config["fail"])
        time.sleep(self.config.get("pause", 0.0))
        return super().read(batch)

    def hang(self):
        """As often as it says: each process that hangs leaves a note."""
        notes = self.folder / "hung"
        times = len(notes.read_text()) if notes.exists() else 0
        if times < self.config["hang"]:
            notes.write_text("x" * (times + 1))
            time.sleep(3600)


class Backend(ScriptedBackend):
    def card(self, folder):
        card = super().card(folder)
        import msgspec
        return msgspec.structs.replace(card, parameters=read_script(folder).get("parameters", 0))

    def load(self, folder, *, device, dtype, **options):
        config = read_script(folder)
        with open(folder / "loading", "a") as notes:
            notes.write(f"{os.getpid()}\\n")
        if "loud" in config:
            print("LOUD", flush=True)
        time.sleep(config.get("load_seconds", 0))
        model = Noted(
            config["script"],
            after=config.get("after", ""),
            context_length=config.get("context_length"),
        )
        model.folder, model.config = Path(folder), config
        return model


@hookimpl
def register_backends():
    return [Backend()]
'''


class User:
    """Folders and environment of a user, and the commands that the user runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        """Lines that a session in this process would print."""

    @property
    def address(self) -> Address:
        return address_of(load_settings())

    @property
    def pid(self) -> int:
        """Of the session process."""
        return int(self.address.lock.read_text())

    @property
    def log(self) -> str:
        return self.address.log.read_text() if self.address.log.exists() else ""

    def plugin(self, name: str, text: str) -> Path:
        folder = self.folder / "config" / "plugins"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(text)
        return folder / f"{name}.py"

    def model(self, name: str, script: Any, **config: Any) -> str:
        models = self.folder / "data" / "models"
        for notes in ("reads", "loading", "hung"):
            (models / name / notes).unlink(missing_ok=True)
        return write_scripted(models, name, script, **config)

    def notes(self, model: str, name: str = "reads") -> list[str]:
        """The lines that a model has noted."""
        file = self.folder / "data" / "models" / model / name
        return file.read_text().splitlines() if file.exists() else []

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([COMMAND, *words], text=True, **pipes | options)

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def session(self, **flags: Any) -> Session:
        return Session(load_settings(flags), tell=self.told.append)

    def remote(self, **flags: Any) -> Remote:
        service = self.session(**flags).service
        assert isinstance(service, Remote)
        return service

    def status(self) -> Status:
        found = workers.own(load_settings()).status
        assert found is not None
        return found


def settle(monkeypatch: pytest.MonkeyPatch, folder: Path, runtime_folder: Path) -> User:
    """A user whose folders are below `folder`."""
    move_in(monkeypatch, folder)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(runtime_folder))
    made = User(folder)
    if not (folder / "config").exists():
        made.plugin("scripted_models", PLUGIN)
    return made


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime_folder: Path) -> Iterator[User]:
    """A user whose session process does not run yet."""
    yield settle(monkeypatch, tmp_path, runtime_folder)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(runtime_folder))
    workers.stop_all()


@pytest.fixture(scope="module")
def shared_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Folders, and a runtime folder, for all tests of a module."""
    with tempfile.TemporaryDirectory(
        prefix="playground-tests-", ignore_cleanup_errors=True
    ) as runtime_folder:
        yield tmp_path_factory.mktemp("shared"), Path(runtime_folder)
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", runtime_folder)
            workers.stop_all()


@pytest.fixture
def sharing_user(
    shared_folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, session_process: None
) -> User:
    """A user whose session process may run already, from the tests before this one."""
    return settle(monkeypatch, *shared_folders)


@pytest.fixture
def request_of() -> Callable[..., GenerationRequest]:
    """A request to a model, greedy, without alternatives."""

    def make(model: str, prompt: str = "x", **values: Any) -> GenerationRequest:
        values = {"chain": "greedy", "alternatives": 0, "max_tokens": 100_000} | values
        return GenerationRequest(model=model, prompt=prompt, **values)

    return make


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Waits until something holds."""

    def wait(condition: Callable[[], object], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never came to hold"
            time.sleep(0.02)

    return wait
