"""The distributions that this checkout builds, made once, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def distributions() -> SimpleNamespace:
    """`build(source, folder, *kinds)` and `contents(wheel)`."""
    return SimpleNamespace(build=build, contents=contents)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel of the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "sdist", "wheel")
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def wheel_files(wheel: Path) -> dict[str, bytes]:
    return contents(wheel)


def build(source: Path, folder: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    for kind in kinds:
        command += ["-t", kind]
    subprocess.run(command, cwd=source, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Environment:
    """A new environment that holds nothing of its own, and borrows the libraries of the running one."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, symlinks=True)
        self.folder = folder.resolve()
        self.home = folder / "home"
        self.home.mkdir()
        self.environment = {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "PLAYGROUND_RUNTIME_HOME": str(self.home / "run"),
            "PLAYGROUND_WORKER": "0",
        }
        site = next(folder.glob("lib/python*/site-packages"))
        # Entries of a .pth file are searched, but .pth files in them are not read: what is
        # installed editable in the running environment stays out of this one.
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    def install(self, *what: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(self.folder / "bin" / "python"), "install",
             "--no-deps", "--no-index", "--no-build-isolation", "--quiet", *what],
            check=True, stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip

    def run(self, command: str, *arguments: str, **environment: str) -> str:
        """What `command` of this environment prints, run away from the checkout and from settings."""
        done = subprocess.run(
            [self.folder / "bin" / command, *arguments],
            cwd=self.home, env={**self.environment, **environment},
            check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def new_environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Environment]:
    return lambda: Environment(tmp_path_factory.mktemp("environment"))
