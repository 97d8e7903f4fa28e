"""Plugin files while a session goes on: which were saved, and what came of loading them again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from playground.api.outputs import Note
from playground.plugins import Plugins, plugin_files, reload_plugins
from playground.protocol.identity import identity_of

if TYPE_CHECKING:
    from playground.session.client import Session

STALE = Note(
    "the program or an installed plugin has changed since this began; only plugin files are loaded again",
    "warning",
    "begin again: --session last goes on",
)
Stamps = Mapping[str, tuple[int, int]]
"""Time of change (ns) and size of each plugin file, by its path."""


def stamps_of(folders: Iterable[Path]) -> Stamps:
    """The state of all single-file plugins now; one that vanishes meanwhile is not there."""
    found = {}
    for folder in folders:
        for file in plugin_files(folder.resolve()):
            try:
                stat = file.stat()
            except OSError:
                continue
            found[str(file)] = (stat.st_mtime_ns, stat.st_size)
    return found


def changes(old: Plugins, new: Plugins, before: Stamps, now: Stamps) -> Iterator[Note]:
    """A line for each plugin file that came, went or was saved, or works now without having been saved."""
    was = {plugin.source: plugin for plugin in old.loaded if plugin.source.endswith(".py")}
    loaded = {plugin.source: plugin for plugin in new.loaded if plugin.source.endswith(".py")}
    broken = {plugin.source: plugin for plugin in new.quarantined}
    for source in now:
        if before.get(source) == now[source] and (source in was or source not in loaded):
            continue
        if source not in broken:
            again = " again" if source in was else ""
            yield Note(f"plugin {loaded[source].name} was loaded{again}", "notice")
        elif source in loaded:
            name, reason = broken[source].name, broken[source].reason
            yield Note(
                f"plugin {name} was not loaded again, the version before stays: {reason}", "warning"
            )
        else:
            yield Note(str(broken[source]), "warning")
    for source, plugin in was.items():
        if source not in loaded:
            yield Note(f"plugin {plugin.name} is gone", "notice")


class PluginWatch:
    """The plugins of a session, loaded once by whichever thread asks first, and again when they change."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._stamps: Stamps | None = None
        """The plugin files as they were loaded; None before any was."""
        self._installed = ""
        """The program and the installed plugins as they were then."""

    @property
    def plugins(self) -> Plugins:
        with self._lock:
            if self._stamps is None:
                self._stamps = stamps_of(self._session.settings.plugin_folders)
                self._installed = identity_of(())
            return self._session.plugins

    @property
    def loaded(self) -> Plugins | None:
        """The plugins, where they are loaded already."""
        found: Plugins | None = vars(self._session).get("plugins")
        return found

    def poll(self) -> list[Note]:
        """Load again if a file was saved; what came of it."""
        if self._stamps is None or stamps_of(self._session.settings.plugin_folders) == self._stamps:
            return []
        return self.reload()

    def reload(self) -> list[Note]:
        """Load the plugin files that have changed; of a broken one the version before stays.

        Of an installed plugin that has changed it is said that it is not loaded again: its modules may be in
        use anywhere.
        """
        old, before = self.plugins, self._stamps or {}
        folders = self._session.settings.plugin_folders
        with self._lock:
            now = stamps_of(folders)
            new = reload_plugins(old, folders)
            notes = list(changes(old, new, before, now))
            self._stamps = now
            loaded = {plugin.source for plugin in new.loaded}
            kept = any(broken.source in loaded for broken in new.quarantined)
            self._session.adopt(new, whole=not kept)
        return [*notes, STALE] if identity_of(()) != self._installed else notes
