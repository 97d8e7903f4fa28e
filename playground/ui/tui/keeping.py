"""What is written and not in the tree yet, kept while the app lives and put away when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.ui.tui import last_place
from playground.ui.tui.desk import Desk
from playground.ui.tui.screens.write import WriteScreen
from playground.ui.tui.unsaved import Unsaved, UnsavedFile

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

PATIENCE = 3.0
"""Seconds that the desk has to end what it does when the app is left."""


class Keeping:
    """Of one app: its document, its desk, its file."""

    def __init__(self, bench: Workbench, desk: Desk, write: WriteScreen, file: UnsavedFile) -> None:
        self._bench = bench
        self._desk = desk
        self._write = write
        self._file = file
        self._put = False
        """Whether all has been put away."""

    def restore(self) -> bool:
        """Write on what an app that was killed had not kept; False where there is nothing."""
        left = self._file.left()
        if left is not None:
            self._write.write(left.text)
        return left is not None

    def keep(self) -> None:
        """Keep what is not in the tree in the file, until all has been put away."""
        if not self._put:
            self._keep()

    def _keep(self) -> None:
        text, bench = self._write.unsaved, self._bench
        kept = text and Unsaved(text, bench.keeper.session, bench.tree.cursor)
        self._file.keep(kept or None)

    def put_away(self) -> None:
        """End what is being done, and keep what was written and said."""
        if self._put:
            return
        self._put = True
        if self._desk.close(self._write.unsaved, PATIENCE):
            self._file.close()
        else:
            self._keep()
        last_place.remember(self._bench.keeper.session)
