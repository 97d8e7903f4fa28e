"""The process of a run: `playground train`, in a session of its own, telling events into a file.

It lives on when the front end that began it leaves, is killed, or loses its terminal: hours of training are
not to hang on a window. Its signals are the command's: SIGTERM lets it end its step and save.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from playground.config import ENVIRONMENT
from playground.session.training.place import Place, Record

if TYPE_CHECKING:
    from playground.config import Settings

FOLDERS = {"plugins", "models", "prompts"}


def start(place: Place, record: Record, settings: Settings, lock: int, *, resume: bool) -> None:
    """Make the process, which holds `lock` from now on. Raises OSError where it cannot be made."""
    words = ["train", record.recipe, *record.words, "--out", str(record.out), "--jsonl"]
    words += ["--resume"] if resume else []
    os.ftruncate(lock, 0)  # whose it was, until the new process is known
    _end_line(place)
    with place.events.open("ab") as events, place.errors.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "playground", *words],
            stdin=subprocess.DEVNULL,
            stdout=events,
            stderr=errors,
            pass_fds=(lock,),
            env=os.environ | _environment(settings),
            start_new_session=True,
        )
    os.pwrite(lock, f"{process.pid}\n".encode(), 0)
    # So that it leaves no zombie behind when it ends before this front end does.
    threading.Thread(target=process.wait, name="training", daemon=True).start()


def _end_line(place: Place) -> None:
    """A line that a kill cut off is not to swallow the next one."""
    with place.events.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")


def _environment(settings: Settings) -> dict[str, str]:
    """The settings of the front end that shape a run, as variables."""
    wanted = ("plugins", "models", "device", "offline", "strict")
    values: dict[str, str] = {}
    for variable, name in ENVIRONMENT.items():
        if name in wanted:
            value = getattr(settings, name)
            if name in FOLDERS:
                values[variable] = os.pathsep.join(os.path.abspath(folder) for folder in value)
            else:
                values[variable] = str(int(value)) if isinstance(value, bool) else value
    return values
