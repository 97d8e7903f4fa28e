"""Put a text into the clipboard: by the desktop's own tool, else by asking the terminal."""

from __future__ import annotations

import os
import shutil
import subprocess

from playground.api.errors import InvalidInput
from playground.ui.repl.screen import copy_by_terminal

TOOLS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("", ("clip.exe",)),
)
"""The variable that says that a tool can work, and the tool."""


def copy(text: str, *, terminal: bool) -> None:
    """Copy `text`; `terminal`: there is one that can be asked. Raises InvalidInput otherwise."""
    for variable, command in TOOLS:
        if (not variable or os.environ.get(variable)) and shutil.which(command[0]):
            ran = subprocess.run(
                command,
                input=text.encode(),
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if ran.returncode == 0:
                return
    if not terminal:
        raise InvalidInput("there is no clipboard here", "/export FILE.md writes the text")
    copy_by_terminal(text)
