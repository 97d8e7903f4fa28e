"""The place of a run among the user's data: what it was told, what it tells, and whether it lives.

A process of a run holds the lock of its place for as long as it lives, and the kernel gives the lock back
however it ends. So a number of a process is believed only while the lock is held.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from playground.api.errors import InvalidInput

RECORD, EVENTS, ERRORS, LOCK = "run.json", "events.jsonl", "errors.log", "lock"
ERROR = "error: "
"""How a command begins the line that says what went wrong."""


class Record(msgspec.Struct, frozen=True):
    """What a run was begun with."""

    recipe: str
    words: tuple[str, ...]
    folder: str
    """Where the model is made."""

    @property
    def out(self) -> Path:
        return Path(self.folder)


class Place:
    """One run's files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events = folder / EVENTS
        self.errors = folder / ERRORS

    @property
    def name(self) -> str:
        return self.folder.name

    def record(self) -> Record | None:
        """What the run was begun with; None where there is no whole record."""
        try:
            return msgspec.json.decode((self.folder / RECORD).read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):
            return None

    def write(self, record: Record) -> None:
        """Begin a record anew; what another run told here is gone."""
        new = self.folder / f"{RECORD}.new"
        new.write_bytes(msgspec.json.encode(record))
        self.events.write_bytes(b"")
        os.replace(new, self.folder / RECORD)

    def problem(self) -> str:
        """What the run said had gone wrong; empty where nothing had."""
        try:
            lines = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        for number, line in enumerate(lines):
            if line.startswith(ERROR):
                return " ".join([line.removeprefix(ERROR), *lines[number + 1 :]])
        return ""

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the lock, to hand it to a process. Raises InvalidInput where one has it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InvalidInput(
                    f"{self.name} is being trained", f"/train stop {self.name} ends it"
                ) from None
            yield descriptor
        finally:
            os.close(descriptor)

    def alive(self) -> bool:
        """Whether a process trains here."""
        try:
            descriptor = os.open(self.folder / LOCK, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two who look at once do not take each other for a run.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def pid(self) -> int:
        """Of the process that trains here; 0 where there is none, or it is only being made."""
        if not self.alive():
            return 0
        text = (self.folder / LOCK).read_text(encoding="ascii").strip()
        return int(text) if text.isdigit() else 0
