"""A folder of plugins with a scripted model in it, and ways to load it and to run the command line on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from playground.plugins import Plugins, load_plugins
from playground.ui.cli.app import cli
from tests.users import move_in, write_scripted

HEAD = "from playground.api import Candidates, Commit, Processor, Strategy, hookimpl\n"
SCRIPTED = """
from pathlib import Path
from playground.api import ModelSource, hookimpl
from playground.testing import ScriptedBackend

@hookimpl
def register_backends():
    return [ScriptedBackend()]

@hookimpl
def register_models():
    folder = Path(__file__).parent / "models" / "fox"
    return [ModelSource(name="fox", summary="says one sentence", folder=folder)]
"""

Write = Callable[[str, str], Path]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty folders of the user's, and none of the user's settings."""
    move_in(monkeypatch, tmp_path)
    monkeypatch.setenv("PLAYGROUND_WORKER", "0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugin folder whose plugin `scripted` brings the model `fox`: after "The" it says " fox jumps."."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "scripted.py").write_text(SCRIPTED)
    write_scripted(folder / "models", "fox", " fox jumps.", after="The")
    return folder


@pytest.fixture
def write(folder: Path) -> Write:
    """Write the plugin `name` with `source` after the usual imports."""

    def write(name: str, source: str) -> Path:
        file = folder / f"{name}.py"
        file.write_text(HEAD + source)
        return file

    return write


@pytest.fixture
def load(folder: Path) -> Callable[[], Plugins]:
    return lambda: load_plugins([folder])


@pytest.fixture
def run(folder: Path) -> Run:
    """`playground --plugins-dir FOLDER WORDS` in a process."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "playground", "--plugins-dir", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=180,
            env={**os.environ, **environment},
        )

    return run


@pytest.fixture
def invoke(folder: Path) -> Callable[..., Result]:
    """`playground --plugins-dir FOLDER WORDS` in this process."""
    return lambda *words: CliRunner().invoke(cli, ["--plugins-dir", str(folder), *words])
