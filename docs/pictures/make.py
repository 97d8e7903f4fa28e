"""Draw the pictures of the documentation: each is a command, run as a person would, and its coloured output.

`make pictures` runs it; rich turns the terminal's colours into SVG.
"""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 92
PICTURES = {
    "gen": 'playground gen "ROMEO:" --seed 7 --max-tokens 240 --probs',
}


def run(command: str) -> str:
    """What a command shows on a terminal with colours, stdout and stderr together."""
    _, *arguments = shlex.split(command)
    environment = os.environ | {
        "FORCE_COLOR": "1",
        "COLUMNS": str(WIDTH),
        "PLAYGROUND_OFFLINE": "1",
        "PLAYGROUND_HISTORY": "0",
    }
    environment.pop("NO_COLOR", None)
    result = subprocess.run(
        [sys.executable, "-m", "playground", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
        text=True,
    )
    return result.stdout


def draw(name: str, command: str) -> None:
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(run(command)))
    file = Path(__file__).with_name(f"{name}.svg")
    file.write_text(
        console.export_svg(title="textgen-playground", theme=MONOKAI, unique_id=name),
        encoding="utf-8",
    )


if __name__ == "__main__":
    for name, command in PICTURES.items():
        draw(name, command)
