"""Begin the session process before this command has read its own words, where it will likely need one.

A guess, which costs nothing when it is wrong: the process waits to be told which one it is (see
`session/blank.py`), and only who has read words and settings tells it. It imports nothing heavy.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

ASKING = {"classify", "compare", "fill", "gen", "next", "score", "why"}
"""Verbs that ask a model something as soon as they can."""


def begin(words: Sequence[str]) -> None:
    """Begin it where the words of a command, and what lies on the disk, look as if it were needed."""
    # What the variable says is not read here: who sets it can wait.
    if not _asks(words) or os.environ.get("PLAYGROUND_WORKER"):
        return
    import socket

    from playground import paths
    from playground.session import blank

    if hasattr(socket, "AF_UNIX") and _has_no_socket(paths.socket_folder()):
        blank.begin()


def _asks(words: Sequence[str]) -> bool:
    verb = next((word for word in words if not word.startswith("-")), "")
    return verb in ASKING and not {"--help", "--in-process"}.intersection(words)


def _has_no_socket(folder: os.PathLike[str]) -> bool:
    """Whether no session process is there, whatever its settings are."""
    try:
        return not any(name.endswith(".sock") for name in os.listdir(folder))
    except OSError:
        return True
