"""The page on strategies has every stage, with its aliases, and no other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from playground.plugins import load_plugins

PAGE = Path(__file__).parents[2] / "docs" / "decoding.md"
CELL = re.compile(r"(?<!\\)\|")


def rows() -> dict[str, list[str]]:
    """The cells beside each stage's name."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    cells = [[cell.strip() for cell in CELL.split(line)[1:-1]] for line in lines]
    assert all(len(row) == 5 for row in cells)
    names = [row[0].strip("`") for row in cells]
    assert len(set(names)) == len(names)
    return dict(zip(names, (row[1:] for row in cells), strict=True))


def test_every_stage_that_is_listed_is_explained():
    command = [sys.executable, "-m", "playground", "strategies", "list", "--json"]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert set(rows()) == {stage["name"] for stage in listed}


def test_every_alias_is_told():
    plugins = load_plugins()
    for name, (aliases, *_) in rows().items():
        registry = plugins.strategies if name in plugins.strategies else plugins.processors
        assert tuple(re.findall(r"`(\w+)`", aliases)) == registry.aliases(name), name


def test_every_row_says_what_the_stage_does():
    assert all(formula for _, formula, *_ in rows().values())
