"""One recurrent layer in numpy: LSTM, GRU and tanh RNN (cuDNN's equations, as in torch).

The gates of a layer are one matrix, transposed to (inputs, gates). The sigmoid gates come first and are
halved when the weights are loaded: because sigmoid(x) = (1 + tanh(x / 2)) / 2, one call of tanh then
serves all gates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from playground_charrnn.checkpoint import Weights
from playground_charrnn.config import Config

Array = np.ndarray
HALF = np.float32(0.5)


class Layer(ABC):
    """A layer's weights, and the step they make; `memory` is (rows, parts, hidden), part 0 the output."""

    parts: ClassVar[int] = 1
    gates: ClassVar[tuple[int, ...]]
    """torch's gates, by place, in the order they have here."""
    sigmoids: ClassVar[int]
    """How many of them, from the first, are sigmoids."""

    def __init__(self, config: Config, weights: Weights, index: int) -> None:
        size = config.hidden_size
        order = np.concatenate([np.arange(size) + gate * size for gate in self.gates])
        scale = np.ones(len(order), dtype=np.float32)
        scale[: self.sigmoids * size] = HALF
        inputs, recurrent, bias, recurrent_bias = (
            weights[f"rnn.{part}_l{index}"][order]
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        self.recurrent = np.ascontiguousarray((recurrent * scale[:, None]).T)  # (hidden, gates)
        self.bias = (bias + self._added_bias(recurrent_bias)) * scale  # (gates,)
        self.inputs = np.ascontiguousarray((inputs * scale[:, None]).T)  # (inputs, gates)
        self.table: Array | None = None  # (vocabulary, gates)
        if index == 0:
            self.table = self._tabulated(weights.get("embedding.weight"))

    def project(self, below: Array) -> Array:
        """What the gates receive from below, for any number of steps: (tokens, gates).

        `below` are the ids (tokens,) in the first layer, else the output of the layer below.
        """
        projected: Array
        if self.table is not None:
            projected = self.table[below]
        else:
            projected = below @ self.inputs
            projected += self.bias
        return projected

    @abstractmethod
    def advance(self, projected: Array, memory: Array) -> Array:
        """The memory one step later; `projected` (rows, gates)."""

    def _tabulated(self, embedding: Array | None) -> Array:
        """A row for each character: what the gates receive of it, bias and all."""
        rows = self.inputs if embedding is None else embedding @ self.inputs
        table: Array = rows + self.bias
        return table

    def _added_bias(self, recurrent_bias: Array) -> Array:
        """What of the recurrent bias can be added to the input's."""
        return recurrent_bias


class LstmLayer(Layer):
    """Gates: input, forget, output, candidate. Memory: hidden, cell."""

    parts = 2
    gates = (0, 1, 3, 2)
    sigmoids = 3

    def advance(self, projected: Array, memory: Array) -> Array:
        size = memory.shape[-1]
        gates = memory[:, 0] @ self.recurrent
        gates += projected
        np.tanh(gates, out=gates)
        opened = _opened(gates[:, : 3 * size])
        after = np.empty_like(memory)
        hidden, cell = after[:, 0], after[:, 1]
        np.multiply(opened[:, size : 2 * size], memory[:, 1], out=cell)
        cell += opened[:, :size] * gates[:, 3 * size :]
        np.tanh(cell, out=hidden)
        hidden *= opened[:, 2 * size :]
        return after


class GruLayer(Layer):
    """Gates: reset, update, candidate, whose recurrent bias lies inside the reset product."""

    gates = (0, 1, 2)
    sigmoids = 2

    def __init__(self, config: Config, weights: Weights, index: int) -> None:
        super().__init__(config, weights, index)
        self.candidate_bias = weights[f"rnn.bias_hh_l{index}"][2 * config.hidden_size :]

    def advance(self, projected: Array, memory: Array) -> Array:
        hidden = memory[:, 0]
        size = hidden.shape[-1]
        recurrent = hidden @ self.recurrent
        gates, candidate = recurrent[:, : 2 * size], recurrent[:, 2 * size :]
        gates += projected[:, : 2 * size]
        opened = _opened(np.tanh(gates, out=gates))
        reset, update = opened[:, :size], opened[:, size:]
        candidate += self.candidate_bias
        candidate *= reset
        candidate += projected[:, 2 * size :]
        np.tanh(candidate, out=candidate)
        after: Array = hidden - candidate
        after *= update
        after += candidate
        return after[:, None]

    def _added_bias(self, recurrent_bias: Array) -> Array:
        added = recurrent_bias.copy()
        added[len(added) // 3 * 2 :] = 0
        return added


class RnnLayer(Layer):
    """One gate, and it is no gate: the candidate is the output."""

    gates = (0,)
    sigmoids = 0

    def advance(self, projected: Array, memory: Array) -> Array:
        after: Array = memory[:, 0] @ self.recurrent
        after += projected
        np.tanh(after, out=after)
        return after[:, None]


def _opened(gates: Array) -> Array:
    """Sigmoids, in place, of what has gone through tanh."""
    gates *= HALF
    gates += HALF
    return gates


LAYERS: dict[str, type[Layer]] = {"lstm": LstmLayer, "gru": GruLayer, "rnn": RnnLayer}
