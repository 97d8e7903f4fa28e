"""The text that is being written and is no node yet: in a file, so that kill -9 loses no more than a moment.

Each app has a file of its own, locked while it lives; what a dead one left is found by the next that opens.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from playground import paths

if TYPE_CHECKING:
    from playground.session.store.locks import Presence

SUFFIX = ".unsaved"


class Unsaved(msgspec.Struct, frozen=True):
    """A text, and where in the history it was written."""

    text: str
    session: str | None
    node: str | None


class UnsavedFile:
    """The file of this app. What cannot be written is left out: the history keeps texts, too."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or paths.data_folder() / "writing"
        self._presence: Presence | None = None
        self._kept: Unsaved | None = None

    def keep(self, unsaved: Unsaved | None) -> None:
        """Keep this, or nothing; the file holds the old or the new, never half of it."""
        if unsaved == self._kept:
            return
        from playground.session.store.locks import Presence

        with contextlib.suppress(OSError):
            self._presence = self._presence or Presence(self._folder)
            file = self._file(self._presence.writer)
            if unsaved is None:
                file.unlink(missing_ok=True)
            else:
                new = file.with_suffix(".new")
                new.write_bytes(msgspec.json.encode(unsaved))
                os.chmod(new, 0o600)
                new.replace(file)
            self._kept = unsaved

    def left(self) -> Unsaved | None:
        """What an app that is dead had not kept; from now on it is this one's."""
        if not self._folder.is_dir() or not any(self._folder.iterdir()):
            return None  # without what it takes to import the history
        from playground.session.store.locks import is_alive

        with contextlib.suppress(OSError):
            for file in self._folder.iterdir():
                if not file.suffix:
                    is_alive(self._folder, file.name)  # sweeps what a dead one has left
            files = sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
            for file in reversed(files):
                if is_alive(self._folder, file.stem):
                    continue
                with contextlib.suppress(msgspec.DecodeError, OSError):
                    found = msgspec.json.decode(file.read_bytes(), type=Unsaved)
                    self.keep(found)
                    file.unlink(missing_ok=True)
                    return found
        return None

    def close(self) -> None:
        """All is kept elsewhere."""
        self.keep(None)
        if self._presence is not None:
            self._presence.close()
            self._presence = None

    def _file(self, writer: str) -> Path:
        return self._folder / f"{writer}{SUFFIX}"
