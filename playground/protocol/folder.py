"""The folder of sockets: the user's alone, or nobody's.

Who can write there can answer in the session process's name, so a folder that is not the user's own, or
that others may enter, is refused and not mended: what lies in it may be theirs.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from playground import paths
from playground.protocol.problems import WorkerUnusable


def runtime_folder() -> Path:
    """The folder, made if need be. Raises WorkerUnusable where there can be none that is safe."""
    wanted = paths.socket_folder()
    try:
        wanted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted.mkdir(mode=0o700, exist_ok=True)
        problem = _problem(wanted.lstat()) or _problem_above(wanted.parent.stat())
    except OSError as error:
        raise WorkerUnusable(
            f"the folder {wanted} for its socket cannot be made: {error}"
        ) from None
    if problem:
        raise WorkerUnusable(
            f"the folder {wanted} for its socket {problem}",
            "remove it, or name another one in PLAYGROUND_RUNTIME_HOME",
        )
    return wanted


def _problem(found: os.stat_result) -> str:
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if found.st_uid != os.geteuid():
        return f"belongs to another user ({found.st_uid})"
    if found.st_mode & 0o077:
        return f"is open to others (mode {stat.S_IMODE(found.st_mode):o})"
    return ""


def _problem_above(parent: os.stat_result) -> str:
    """Who may write to the folder above could put another folder in this one's place."""
    if parent.st_uid not in (0, os.geteuid()):
        return f"lies in a folder of another user ({parent.st_uid})"
    if parent.st_mode & 0o022 and not parent.st_mode & stat.S_ISVTX:
        return "lies in a folder that others may write to"
    return ""
