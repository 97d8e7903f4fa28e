"""The log of keys and values as one tensor. See `playground_gpt.states` for who shares it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from playground_gpt.states import GptState


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How the logs of one model look."""

    layers: int
    heads: int
    head_width: int
    dtype: torch.dtype
    device: torch.device

    def start(self) -> GptState[Log]:
        return GptState(self.empty(0), 0)

    def empty(self, capacity: int) -> Log:
        shape = (self.layers, 2, self.heads, capacity, self.head_width)
        return Log(self, torch.empty(shape, dtype=self.dtype, device=self.device))


class Log:
    """buffer (layers, 2, heads, capacity, head width): keys, then values."""

    def __init__(self, layout: Layout, buffer: Tensor) -> None:
        self.layout = layout
        self.buffer = buffer
        self.tip = 0

    @property
    def capacity(self) -> int:
        return self.buffer.shape[3]

    @property
    def nbytes(self) -> int:
        return self.buffer.nbytes

    def copied(self, length: int, capacity: int) -> Log:
        log = self.layout.empty(capacity)
        log.buffer[:, :, :, :length] = self.buffer[:, :, :, :length]
        return log

    def become(self, other: Log) -> None:
        self.buffer = other.buffer
