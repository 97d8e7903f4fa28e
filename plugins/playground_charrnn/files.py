"""Files that reach the disk, and are replaced whole."""

from __future__ import annotations

import os
from pathlib import Path

PARTIAL = ".partial"
"""How what is still being written is called."""


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that at any moment, whatever happens, the old or the new one is there whole."""
    temporary = path.with_name(f".{path.name}{PARTIAL}")
    try:
        write_to_disk(temporary, content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_to_disk(path: Path, content: bytes) -> None:
    """Return when it is there."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make a renaming last; Windows has no such call for folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
