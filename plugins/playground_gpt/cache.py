"""Keys and values of the tokens read, as a log that states share and none can change for another.

A state is (log, length). A state at the log's tip appends in place; any other copies its prefix into a log
of its own first. So going on costs nothing, a fork costs one copy, and rewinding is a new handle. Knows
nothing of attention.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FIRST_CAPACITY = 64


class Log:
    """Room for keys and values, filled up to `tip`: buffer (layers, 2, heads, capacity, head width)."""

    def __init__(self, buffer: Tensor) -> None:
        self.buffer = buffer
        self.tip = 0

    @property
    def capacity(self) -> int:
        return self.buffer.shape[3]


@dataclass(frozen=True, slots=True, eq=False)
class GptState:
    """The first `length` positions of a log. A value: what it stands for never changes."""

    log: Log
    length: int

    @property
    def nbytes(self) -> int:
        """Bytes of the log, all of which this state keeps alive, shared or not."""
        return self.log.buffer.nbytes


@dataclass(frozen=True, slots=True)
class Layout:
    """How the logs of one model look."""

    layers: int
    heads: int
    head_width: int
    context_length: int
    dtype: torch.dtype
    device: torch.device

    def empty(self, capacity: int = 0) -> Log:
        shape = (self.layers, 2, self.heads, capacity, self.head_width)
        return Log(torch.empty(shape, dtype=self.dtype, device=self.device))

    def extend(self, state: GptState, count: int) -> GptState:
        """A state with `count` more positions than `state`, claimed in the log but not yet written."""
        length = state.length + count
        log = state.log
        if log.tip != state.length or log.capacity < length:
            grown = self._room_for(length)
            grown.buffer[:, :, :, : state.length] = log.buffer[:, :, :, : state.length]
            if log.tip == state.length:
                log.buffer = grown.buffer
            else:
                log = grown
        log.tip = length
        return GptState(log, length)

    def _room_for(self, length: int) -> Log:
        capacity = FIRST_CAPACITY
        while capacity < length:
            capacity *= 2
        return self.empty(min(capacity, self.context_length))
