"""`make` sets up what a target needs, once, and again when what it was set up from changes.

A stand-in for Python writes down what it is asked; what it would install is tried by CI, which starts from
a clean clone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")

PYTHON = """#!/bin/sh
case "$*" in
  "-c "*) exit ${REFUSE:-0} ;;
  "-m venv "*)
    mkdir -p "$3/bin"
    for name in python playground ruff mypy lint-imports; do cp "$0" "$3/bin/$name"; done ;;
esac
echo "$(basename "$0") $*" >> "$LOG"
"""


@pytest.fixture
def checkout(root, tmp_path):
    """A folder with the Makefile and what its targets depend on."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "hatch_build.py"):
        shutil.copy(root / name, tmp_path)
    python = tmp_path / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


@pytest.fixture
def make(checkout):
    """Run a target; what Python and the commands of the environment were asked, in order."""

    def run(*arguments: str, **environment: str) -> list[str]:
        log = checkout / "log"
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["make", f"PYTHON={checkout}/python3", *arguments],
            cwd=checkout, env=os.environ | {"LOG": str(log)} | environment,
            check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return log.read_text().splitlines()

    return run


def installs(asked: list[str]) -> list[str]:
    return [line.split()[-1] for line in asked if " install " in line]


def test_run_installs_and_generates_offline(make):
    *_, last = make("run", "PROMPT=To be")
    assert last == "playground --offline gen --probs To be"


@pytest.mark.parametrize(
    ("target", "extras", "last"),
    [("run", ".", "playground"), ("test", ".[test]", "python"), ("lint", ".[dev]", "lint-imports")],
)
def test_a_target_installs_what_it_needs_once(make, target, extras, last):
    first, second = make(target), make(target)
    assert first[0] == "python3 -m venv .venv"
    assert installs(first) == [extras]
    assert installs(second) == []
    assert second[-1].split()[0] == last


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_what_changed_is_installed_again(make, checkout, changed):
    make("test")
    later = time.time() + 5
    os.utime(checkout / changed, (later, later))
    assert installs(make("test")) == [".[test]"]


def test_check_is_format_lint_types_contracts_and_tests(make):
    asked = [line for line in make("check") if "install" not in line and "venv" not in line]
    *linted, tested = asked
    assert linted == ["ruff format --check .", "ruff check .", "mypy ", "lint-imports "]
    assert tested.startswith("python -m pytest -n 3 ")


def test_an_old_python_is_refused_with_what_to_do(checkout):
    done = subprocess.run(
        ["make", f"PYTHON={checkout}/python3", "run"],
        cwd=checkout, env=os.environ | {"REFUSE": "1"}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "needs Python 3.11 or newer: make PYTHON=" in done.stderr
    assert not (checkout / ".venv").exists()


def test_ci_runs_what_must_hold_before_anything_lands(root):
    script = (root / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    assert script.index("make lint") < script.index("make test")
    assert os.access(root / ".ci" / "run", os.X_OK)
