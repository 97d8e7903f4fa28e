"""The log of keys and values as the C decoder lays it out. See `playground_gpt.states` for who shares it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from playground_gpt.states import GptState

BITS = {"float32": np.float32, "bfloat16": np.uint16, "float16": np.uint16}


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How the logs of one model look: numbers of type `number`, positions of keys in panels of `panel`."""

    layers: int
    heads: int
    head_width: int
    number: str
    panel: int

    def start(self) -> GptState[Log]:
        return GptState(self.empty(0), 0)

    def empty(self, capacity: int) -> Log:
        """Room for at least `capacity` positions."""
        panels = _whole(capacity, self.panel)
        outer = (self.layers, self.heads)
        keys = np.empty((*outer, panels, self.head_width, self.panel), BITS[self.number])
        padded = _whole(self.head_width, self.panel) * self.panel
        values = np.empty((*outer, panels * self.panel, padded), BITS[self.number])
        return Log(self, keys, values)


def _whole(size: int, panel: int) -> int:
    """Panels that `size` things fill, the last perhaps in part."""
    return -(-size // panel)


class Log:
    """keys (layers, heads, panels, head width, panel), values (layers, heads, capacity, padded width)."""

    def __init__(self, layout: Layout, keys: ndarray, values: ndarray) -> None:
        self.layout = layout
        self.keys = keys
        self.values = values
        self.tip = 0

    @property
    def capacity(self) -> int:
        capacity: int = self.values.shape[2]
        return capacity

    @property
    def nbytes(self) -> int:
        return self.keys.nbytes + self.values.nbytes

    def copied(self, length: int, capacity: int) -> Log:
        log = self.layout.empty(capacity)
        panels = _whole(length, self.layout.panel)
        log.keys[:, :, :panels] = self.keys[:, :, :panels]
        log.values[:, :, :length] = self.values[:, :, :length]
        return log

    def become(self, other: Log) -> None:
        self.keys, self.values = other.keys, other.values
