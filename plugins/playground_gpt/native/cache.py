"""The log of keys and values as the C decoder lays it out. See `playground_gpt.states` for who shares it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from mmap import mmap

import numpy as np
from numpy import ndarray

from playground_gpt.states import GptState

BITS = {"float32": np.float32, "bfloat16": np.uint16, "float16": np.uint16}
SPARES = 2
"""Rooms of logs that nobody needs any more, kept for the next: fresh memory takes long to touch."""

Room = tuple[ndarray, ndarray]
"""keys (panels, layers, heads, head width, panel), values (panels, layers, heads, panel, padded width)."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How the logs of one model look: numbers of type `number`, positions in panels of `panel`.

    A log has room for the whole context from the beginning; what is not touched takes no memory.
    """

    layers: int
    heads: int
    head_width: int
    number: str
    panel: int
    context_length: int
    spares: list[Room] = field(default_factory=list)

    def start(self) -> GptState[Log]:
        return GptState(Log(self, None), 0)

    def panels(self, positions: int) -> int:
        """How many panels `positions` fill, the last perhaps in part."""
        return -(-positions // self.panel)

    def room(self) -> Room:
        """Room for a log, with whatever is in it."""
        if self.spares:
            return self.spares.pop()
        outer = (self.panels(self.context_length), self.layers, self.heads)
        padded = self.panels(self.head_width) * self.panel
        bits = BITS[self.number]
        keys = _untouched((*outer, self.head_width, self.panel), bits)
        return keys, _untouched((*outer, self.panel, padded), bits)


def _untouched(shape: tuple[int, ...], kind: type) -> ndarray:
    """As np.empty, which asks for large pages: zeroing those takes longer than a short text takes to read."""
    size = prod(shape) * np.dtype(kind).itemsize
    return np.frombuffer(mmap(-1, size), kind).reshape(shape)


class Log:
    """A room, or none yet."""

    def __init__(self, layout: Layout, room: Room | None) -> None:
        self.layout = layout
        self.room = room
        self.tip = 0

    def __del__(self) -> None:
        if self.room is not None and len(self.layout.spares) < SPARES:
            self.layout.spares.append(self.room)

    @property
    def capacity(self) -> int:
        return self.layout.context_length if self.room else 0

    @property
    def nbytes(self) -> int:
        """Of the panels that have been touched."""
        touched = self.layout.panels(self.tip)
        return sum(part[:touched].nbytes for part in self.room) if self.room else 0

    def addresses(self) -> tuple[int, int]:
        """Of the keys and the values of a log that a state has positions in."""
        assert self.room is not None, "positions are claimed before they are read"
        keys, values = self.room
        return keys.ctypes.data, values.ctypes.data

    def copied(self, length: int, capacity: int) -> Log:
        room = self.layout.room()
        if self.room:
            panels = self.layout.panels(length)
            for new, old in zip(room, self.room, strict=True):
                new[:panels] = old[:panels]
        return Log(self.layout, room)

    def become(self, other: Log) -> None:
        self.room, other.room = other.room, None
