"""What plugins are, in words: what each offers, and where its source is."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playground.plugins import Loaded, Plugins, Quarantined


def offers(plugins: Plugins, plugin: Loaded) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each kind of thing that it registers, with names and what they are for."""
    for kind, names in plugin.registers.items():
        registry = getattr(plugins, kind)
        yield kind, [(name, summary_of_offer(registry[name])) for name in names]


def summary_of_offer(thing: Any) -> str:
    """What something that was registered says of itself."""
    from playground.api.options import summary_of

    for attribute in ("summary", "description"):
        if isinstance(text := getattr(thing, attribute, None), str):
            return text
    return summary_of(thing if isinstance(thing, type) else type(thing))


def source_file(plugins: Plugins, plugin: Loaded | Quarantined) -> Path | None:
    """The file that a plugin is, or that its package begins with; None where it is not known."""
    file = Path(plugin.source)
    if file.suffix == ".py":
        return file
    module = plugins.module_of(plugin)
    found = inspect.getsourcefile(module) if module is not None else None
    return Path(found) if found else None
