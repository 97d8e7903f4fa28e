"""Which templates there are: files of the prompt folders, then those of plugins; the nearest wins.

A file is read when it is asked for, so a broken one hides no other. It does not know which folders
a user has, nor what is in a template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from playground.api import InvalidInput, Template, UnknownName
from playground.registry import Registry, did_you_mean
from playground.session.template_files import SUFFIXES, read_template


@dataclass(frozen=True, slots=True)
class Entry:
    """A template's name and where it comes from: a file, or the plugin that made it."""

    name: str
    origin: str
    source: Path | Template
    hides: tuple[str, ...] = ()
    """Origins of the templates of the same name that this one hides."""
    rival: Path | None = None
    """Another file of the same name in the same folder, so that it cannot be known which is meant."""

    def load(self) -> Template:
        """The template. Raises InvalidInput, with file and line, for a file with a fault."""
        if self.rival:
            raise InvalidInput(
                f"there are two templates {self.name!r}: {self.origin} and {self.rival}",
                "rename one of them",
            )
        return read_template(self.source) if isinstance(self.source, Path) else self.source


class PromptLibrary:
    """The templates of `folders`, the nearest first, and of plugins; absent folders are empty."""

    def __init__(self, folders: Sequence[Path], from_plugins: Registry[Template]) -> None:
        self.folders = tuple(folders)
        self._from_plugins = from_plugins

    def entries(self) -> dict[str, Entry]:
        """Every template by name, sorted."""
        found: dict[str, list[Entry]] = {}
        for folder in self.folders:
            for entry in _entries(folder):
                found.setdefault(entry.name, []).append(entry)
        for name, template in self._from_plugins.items():
            origin = f"plugin {self._from_plugins.owner(name)}"
            found.setdefault(name, []).append(Entry(name, origin, template))
        return {name: _nearest(entries) for name, entries in sorted(found.items())}

    def get(self, name: str) -> Template:
        """The template called `name`, or in the file `name` where that is a path.

        Raises UnknownName, with near names as a hint, and InvalidInput for a file with a fault.
        """
        if "/" in name or name.endswith(SUFFIXES):
            return read_template(_existing(Path(name).expanduser()))
        entries = self.entries()
        if name not in entries:
            hint = did_you_mean(name, list(entries)) or "see: playground templates list"
            raise UnknownName(f"there is no template {name!r}", hint)
        return entries[name].load()


def _entries(folder: Path) -> list[Entry]:
    files: dict[str, list[Path]] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if file.suffix in SUFFIXES:
            files.setdefault(file.stem, []).append(file)
    return [Entry(name, str(same[0]), same[0], rival=_second(same)) for name, same in files.items()]


def _second(files: list[Path]) -> Path | None:
    return files[1] if len(files) > 1 else None


def _nearest(entries: list[Entry]) -> Entry:
    nearest, *hidden = entries
    return replace(nearest, hides=tuple(entry.origin for entry in hidden))


def _existing(file: Path) -> Path:
    if file.suffix not in SUFFIXES:
        raise InvalidInput(
            f"{file} is not a template", f"a template ends in {' or '.join(SUFFIXES)}"
        )
    if not file.is_file():
        raise InvalidInput(f"there is no template file {file}")
    return file
