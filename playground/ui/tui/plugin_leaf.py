"""What the screen of plugins reads, on the desk's thread: rows, and the page of each.

A plugin is known by where it comes from: of one file there may be a version that works and a newer one that
does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from playground.api.outputs import Note, Output, Passage, Piece, Table, plain
from playground.plugins import Loaded, Plugins, Quarantined
from playground.session.plugin_facts import offers, source_file
from playground.session.shown_path import shown_path
from playground.ui.tui.screens.browse import Row
from playground.ui.tui.source import Source, source_of

WORKS, ASIDE, BEFORE = "works", "▲ set aside", "▲ the version before"
LINE = re.compile(r"\(line (\d+) of ([^()]+)\)$")
"""Where the reason of one that was set aside says which line it was."""


def rows(plugins: Plugins) -> list[Row]:
    """Every plugin, those with something broken first."""
    found = [_row(plugins, name) for name in _names(plugins)]
    return sorted(found, key=lambda row: row.cells[1] == WORKS)


def leaf(plugins: Plugins, name: str) -> Iterator[Output | Source]:
    """Why it was set aside, what it offers, and its source."""
    loaded, broken = _of(plugins, name)
    if broken is not None:
        yield Note(broken.reason, "error", _hint(loaded is not None))
    if loaded is not None:
        yield Note(
            f"{loaded.name} {loaded.version}".strip() + f" · from {shown_path(loaded.source)}",
            "text",
        )
        for kind, names in offers(plugins, loaded):
            yield Note("", "text")
            yield Table((kind, "what"), tuple(names))
    if broken is not None and broken.traceback:
        yield _heading("Traceback")
        yield plain(broken.traceback.rstrip())
    yield from _source(file_of(plugins, name), _line_of(broken) if broken else None)


def file_of(plugins: Plugins, name: str) -> Path | None:
    """The file of a plugin's source, where there is one."""
    loaded, broken = _of(plugins, name)
    plugin = loaded or broken
    return source_file(plugins, plugin) if plugin is not None else None


def _names(plugins: Plugins) -> list[str]:
    """Each plugin once, as its row is called."""
    everything: list[Loaded | Quarantined] = [*plugins.quarantined, *plugins.loaded]
    return list(dict.fromkeys(map(_key, everything)))


def _key(plugin: Loaded | Quarantined) -> str:
    return f"{plugin.name} {plugin.source}"


def _of(plugins: Plugins, name: str) -> tuple[Loaded | None, Quarantined | None]:
    loaded = next((each for each in plugins.loaded if _key(each) == name), None)
    broken = next((each for each in plugins.quarantined if _key(each) == name), None)
    return loaded, broken


def _row(plugins: Plugins, name: str) -> Row:
    loaded, broken = _of(plugins, name)
    plugin = loaded or broken
    assert plugin is not None, "the name is one of theirs"
    state = WORKS if broken is None else BEFORE if loaded else ASIDE
    kinds = ", ".join(kind for kind, names in loaded.registers.items() if names) if loaded else ""
    return Row(name, (plugin.name, state, kinds, shown_path(plugin.source)))


def _hint(has_before: bool) -> str:
    stays = "the version before stays in use; " if has_before else ""
    return f"{stays}it is loaded again when its file is saved, and by r"


def _line_of(broken: Quarantined) -> int | None:
    found = LINE.search(broken.reason)
    return int(found.group(1)) if found and found.group(2) == Path(broken.source).name else None


def _source(file: Path | None, marked: int | None) -> Iterator[Output | Source]:
    if file is None:
        return
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        yield Note(f"{shown_path(file)}: {error.strerror}", "warning")
        return
    yield _heading(shown_path(file))
    yield source_of(text, "python", marked)


def _heading(text: str) -> Passage:
    return Passage((Piece(f"\n{text}", "bold"),))
