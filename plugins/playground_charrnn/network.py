"""The recurrent network in numpy, of any depth and size, without torch.

What does not depend on the step before is one product over all steps of all rows: what a layer receives from
the one below, and the head. The first layer needs none: its input product is a table, a row per character.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground_charrnn.cells import LAYERS, Array, Layer
from playground_charrnn.checkpoint import Weights
from playground_charrnn.config import Config


@dataclass(frozen=True)
class Packed:
    """A ragged batch, time-major: at each step the rows still reading, the longest first.

    `order` are the batch's rows by falling length, `sizes` how many of them read at each step and
    `ids` their tokens, step after step.
    """

    order: list[int]
    sizes: list[int]
    ids: Array  # (tokens,)

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Packed:
        """Pack rows of at least one token each."""
        lengths = [len(row) for row in rows]
        order = sorted(range(len(rows)), key=lengths.__getitem__, reverse=True)
        ids = np.full((lengths[order[0]], len(rows)), -1, dtype=np.intp)  # (time, rows)
        for place, row in enumerate(order):
            ids[: lengths[row], place] = rows[row]
        reading = ids >= 0
        return cls(order, reading.sum(axis=1).tolist(), ids[reading])

    def unpack(self, packed: Array) -> list[Array]:
        """(tokens, width) as one (time, width) array per row, in the batch's own order."""
        unpacked = [packed] * len(self.order)
        if len(unpacked) == 1:
            return unpacked
        sizes = np.array(self.sizes)
        starts = np.cumsum(sizes) - sizes
        for place, row in enumerate(self.order):
            unpacked[row] = packed[starts[sizes > place] + place]
        return unpacked


class Network:
    """A char-RNN ready to read."""

    def __init__(self, config: Config, weights: Weights) -> None:
        self.config = config
        kind = LAYERS[config.cell]
        self._layers = [kind(config, weights, index) for index in range(config.layers)]
        self._memory_shape = (config.layers, kind.parts, config.hidden_size)
        self._head = np.ascontiguousarray(weights["head.weight"].T)  # (hidden, vocabulary)
        self._head_bias = weights["head.bias"]

    @property
    def largest(self) -> int:
        """Bytes of the largest matrix that a step reads."""
        return max(layer.recurrent.nbytes for layer in self._layers)

    def start(self, rows: int) -> Array:
        """The memory of having read nothing: (rows, layers, parts, hidden); see `Layer`."""
        return np.zeros((rows, *self._memory_shape), dtype=np.float32)

    def read(self, memory: Array, rows: Sequence[Sequence[int]]) -> tuple[list[Array], Array]:
        """Read a ragged batch of token ids after `memory`.

        Returns the last layer's output, (time, hidden) for each row, from which `logits` follow; and
        the memory afterwards.
        """
        if all(len(row) == 1 for row in rows):
            output, after = self._step(memory, np.array([row[0] for row in rows]))
            return [output[place : place + 1] for place in range(len(rows))], after
        packed = Packed.of(rows)
        memory = memory[packed.order]
        after = np.empty_like(memory)
        flat = packed.ids
        for index, layer in enumerate(self._layers):
            flat, after[packed.order, index] = _run(layer, flat, memory[:, index], packed.sizes)
        return packed.unpack(flat), after

    def _step(self, memory: Array, ids: Array) -> tuple[Array, Array]:
        """Read one token in every row: the output (rows, hidden) and the memory afterwards."""
        after = np.empty_like(memory)
        flat = ids
        for index, layer in enumerate(self._layers):
            advanced = layer.advance(layer.project(flat), memory[:, index])
            after[:, index] = advanced
            flat = advanced[:, 0]
        return flat, after

    def logits(self, hidden: Array) -> Array:
        """Scores of the character that follows: (time, hidden) -> (time, vocabulary)."""
        scores: Array = hidden @ self._head + self._head_bias
        return scores


def _run(layer: Layer, below: Array, memory: Array, sizes: Sequence[int]) -> tuple[Array, Array]:
    """One layer over all steps: its output (tokens, hidden) and its memory (rows, parts, hidden)."""
    projected = layer.project(below)  # (tokens, gates)
    memory = memory.copy()
    output = np.empty((len(projected), memory.shape[-1]), dtype=np.float32)
    start = 0
    for size in sizes:
        end = start + size
        memory[:size] = layer.advance(projected[start:end], memory[:size])
        output[start:end] = memory[:size, 0]
        start = end
    return output, memory
