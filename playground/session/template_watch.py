"""Template files while a session goes on: which came, went or were saved, and whether they can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from playground.api.errors import PlaygroundError
from playground.api.outputs import Note
from playground.session.prompts import Entry, PromptLibrary

Stamps = Mapping[str, tuple[str, int, int]]
"""By name: where each comes from, time of change (ns) and size; of a plugin's template both are 0."""


def stamps_of(entries: Mapping[str, Entry]) -> Stamps:
    """The state of all templates now; one that vanishes meanwhile is not there."""
    found = {}
    for name, entry in entries.items():
        if isinstance(entry.source, Path):
            try:
                stat = entry.source.stat()
            except OSError:
                continue
            found[name] = (entry.origin, stat.st_mtime_ns, stat.st_size)
        else:
            found[name] = (entry.origin, 0, 0)
    return found


class TemplateWatch:
    """Remembers how the templates were when they were looked at last."""

    def __init__(self, library: Callable[[], PromptLibrary]) -> None:
        """`library`: another one after plugins were loaded again."""
        self._library = library
        self._stamps: Stamps | None = None

    def poll(self) -> list[Note]:
        """A line for each template that is another one than the last time; none the first time."""
        entries = self._library().entries()
        before, self._stamps = self._stamps, stamps_of(entries)
        return [] if before is None else list(_changes(before, self._stamps, entries))


def _changes(before: Stamps, now: Stamps, entries: Mapping[str, Entry]) -> Iterator[Note]:
    for name, stamp in now.items():
        if before.get(name) == stamp:
            continue
        try:
            entries[name].load()
        except PlaygroundError as fault:
            yield Note(fault.message, "warning", fault.hint)
        else:
            yield Note(f"template {name} {'was saved' if name in before else 'is new'}", "notice")
    for name in before.keys() - now.keys():
        yield Note(f"template {name} is gone", "notice")
