"""A workbench without any front end, on scripted models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.api.outputs import EditText, Note, Output, Table
from playground.config import load_settings
from playground.session.transcript import Said
from playground.session.workbench import Workbench
from tests.users import move_in, write_scripted

PLUGIN = """
from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend


@hookimpl
def register_backends():
    return [ScriptedBackend()]
"""


class Hands:
    """Types lines and looks at what comes of them."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.editor: Callable[[str], str | None] = lambda text: None

    def outputs(self, line: str) -> list[Output]:
        """All that comes of a line."""
        outputs, reply, found = self.bench.run(line), None, []
        while True:
            try:
                output = outputs.send(reply)
            except StopIteration:
                return found
            found.append(output)
            reply = self.editor(output.text) if isinstance(output, EditText) else None

    def type(self, line: str) -> str:
        """What a transcript would say of it."""
        said = Said()
        for output in self.outputs(line):
            said.take(output)
        return said.text()

    def error(self, line: str) -> Note:
        """The error that comes of it, and nothing else."""
        (note,) = self.outputs(line)
        assert isinstance(note, Note), note
        assert note.kind == "error", note
        return note

    def table(self, line: str) -> list[dict[str, Any]]:
        """The rows of the last table that comes of it."""
        table = next(o for o in reversed(self.outputs(line)) if isinstance(o, Table))
        return [dict(zip(table.headers, row, strict=True)) for row in table.rows]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders of the user's, with scripted models as a plugin."""
    move_in(monkeypatch, tmp_path)
    monkeypatch.setenv("PLAYGROUND_WORKER", "0")
    plugins = tmp_path / "config" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "scripted_models.py").write_text(PLUGIN)
    return tmp_path


@pytest.fixture
def model(home: Path) -> Callable[..., str]:
    """Makes a model of a name that says a script."""

    def make(name: str, script: Any, **config: Any) -> str:
        return write_scripted(home / "data" / "models", name, script, **config)

    return make


@pytest.fixture
def open_bench(home: Path) -> Iterator[Callable[..., Hands]]:
    """Opens a workbench with some choices."""
    opened: list[Workbench] = []

    def make(*, keep: bool = True, resume: str | None = None, **chosen: Any) -> Hands:
        opened.append(Workbench(load_settings(), keep=keep, resume=resume))
        opened[-1].choose(**chosen)
        return Hands(opened[-1])

    yield make
    for bench in opened:
        bench.close()


@pytest.fixture
def with_plugin(
    home: Path, open_bench: Callable[..., Hands], model: Callable[..., str]
) -> Callable[[str, str], Hands]:
    """A workbench as `hands`, opened when there is a plugin file besides."""

    def make(name: str, text: str) -> Hands:
        (home / "config" / "plugins" / f"{name}.py").write_text(text)
        return open_bench(
            model=model("tale", " upon a time.", after="Once"), chain="greedy", seed=1
        )

    return make


@pytest.fixture
def hands(open_bench: Callable[..., Hands], model: Callable[..., str]) -> Hands:
    """A workbench whose model continues "Once" with " upon a time." and ends."""
    return open_bench(model=model("tale", " upon a time.", after="Once"), chain="greedy", seed=1)
