"""What makes a session process another one than a front end needs: the program it runs, byte for byte.

Files are known by name, size and time of change: those of the package, of every installed plugin and of the
plugin folders. So an upgrade, a plugin that was saved and a plugin that came or went all make it another
one.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from playground.api import hooks
from playground.plugins import plugin_files

PACKAGE = Path(__file__).parent.parent


def version() -> str:
    """Of the installed distribution."""
    from importlib.metadata import version

    return version("textgen-playground")


def identity_of(plugin_folders: Iterable[Path]) -> str:
    """A hash of the program as it lies on the disk now."""
    digest = hashlib.sha256(f"{version()} {sys.version} {sys.executable}".encode())
    for source in _sources(plugin_folders):
        for path, entry in sorted(_python_files(source)):
            digest.update(
                f"\0{path}\0{entry.st_mtime_ns}\0{entry.st_size}".encode(errors="replace")
            )
    return digest.hexdigest()[:16]


def _sources(plugin_folders: Iterable[Path]) -> Iterator[str]:
    """Packages (folders) and modules (files) whose change makes another program."""
    from importlib.metadata import entry_points

    yield str(PACKAGE)
    for module in sorted({entry.module for entry in entry_points(group=hooks.PROJECT)}):
        yield from _where(module.partition(".")[0])
    for folder in plugin_folders:
        yield from map(os.path.abspath, plugin_files(folder))


def _where(module: str) -> Iterator[str]:
    """Where an importable module lies, without importing it."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    if spec.submodule_search_locations is not None:
        yield from spec.submodule_search_locations
    elif spec.origin:
        yield spec.origin


def _python_files(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """The file itself, or every Python file below the folder; what vanishes meanwhile is not there."""
    try:
        if not os.path.isdir(path):
            yield path, os.stat(path)
            return
        entries = list(os.scandir(path))
    except OSError:
        return
    for entry in entries:
        if entry.name.endswith(".py") or (
            entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__"
        ):
            yield from _python_files(entry.path)
