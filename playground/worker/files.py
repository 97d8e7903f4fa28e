"""The state of a model's files, by which a loaded model is known to be still the one on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from playground.engine.engine import Engine, ModelKey

Stamp = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of a model's files."""
PARTS = (".json", ".model", ".safetensors", ".txt")
"""Endings of files that a model is made of."""
TYPES = ("float32", "bfloat16", "float16", "int8")


def looked_at(engine: Engine, key: ModelKey) -> tuple[Stamp, int]:
    """The state of a model's files, and at most how many bytes its weights will take."""
    located = engine.catalog.resolve(key[0])
    card = located.backend.card(located.folder)
    dtype = key[2] if key[2] != "auto" else "float32"
    return _stamp(located.folder), card.bytes_as(dtype) if dtype in TYPES else 0


def _stamp(folder: Path) -> Stamp:
    with os.scandir(folder) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(PARTS)]
    return tuple(sorted((name, found.st_size, found.st_mtime_ns) for name, found in files))
