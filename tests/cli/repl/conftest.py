"""The REPL on a terminal that shows what a person would see."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COMMAND = shlex.quote(str(Path(__import__("sys").executable).with_name("playground")))


@pytest.fixture
def repl(tmux: Any, playground) -> Callable[..., Any]:
    """Opens the REPL on a terminal and waits for its prompt."""

    def make(*words: str, columns: int = 80, rows: int = 24, before: str = "") -> Any:
        shown = " ".join(map(shlex.quote, words))
        tmux.open(f"{before} {COMMAND} repl {shown}", columns, rows)
        tmux.wait_for("\n>")
        return tmux

    return make
