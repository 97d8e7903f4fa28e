"""A model's files: their state, by which a loaded model is known to be the one on the disk, and its size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from playground.engine.engine import Engine, ModelKey

Stamp = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of a model's files."""
PARTS = (".json", ".model", ".safetensors", ".txt")
"""Endings of files that a model is made of."""
TYPES = ("float32", "bfloat16", "float16", "int8")


@dataclass(frozen=True, slots=True)
class Files:
    """What there is to know of a model before it is loaded."""

    stamp: Stamp
    parameters: int
    bytes: int
    """At most, of its weights in memory."""


def looked_at(engine: Engine, key: ModelKey) -> Files:
    """A model's files as they are now."""
    located = engine.catalog.resolve(key[0])
    card = located.backend.card(located.folder)
    dtype = key[2] if key[2] != "auto" else "float32"
    size = card.bytes_as(dtype) if dtype in TYPES else 0
    return Files(_stamp(located.folder), card.parameters, size)


def _stamp(folder: Path) -> Stamp:
    with os.scandir(folder) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(PARTS)]
    return tuple(sorted((name, found.st_size, found.st_mtime_ns) for name, found in files))
