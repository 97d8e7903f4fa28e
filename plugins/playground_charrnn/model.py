"""The network as the engine's language model: reads, and states that are values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground.api import Need, Read, Reading, State, Tokenizer
from playground_charrnn.blas import threads_for
from playground_charrnn.network import Network


@dataclass(frozen=True, slots=True)
class RecurrentState:
    """What is remembered of `length` characters: `memory` (layers, 1 or 2, hidden), never written."""

    memory: np.ndarray
    length: int

    @property
    def nbytes(self) -> int:
        return self.memory.nbytes


class CharRnn:
    """A char-RNN that is ready to read. It has no longest context, and cannot un-read."""

    context_length: int | None = None
    offers = Need.LOGITS
    device = "cpu"
    dtype = "float32"

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self.tokenizer: Tokenizer = tokenizer
        self._network = network
        self._start = RecurrentState(_frozen(network.start(1)[0]), 0)

    def start(self) -> RecurrentState:
        """The state that has read nothing."""
        return self._start

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        """Read a ragged batch."""
        with threads_for(self._network.largest):
            return self._read(batch)

    def rewind(self, state: State, length: int) -> RecurrentState | None:
        """The state itself or the beginning; in between there is no way back."""
        if length == state.length:
            return _recurrent(state)
        return self._start if length == 0 else None

    def _read(self, batch: Sequence[Read]) -> list[Reading]:
        memory = np.array([_memory(read.state) for read in batch])
        outputs, memory = self._network.read(memory, [read.tokens for read in batch])
        kept = [
            _last(output, read.logits_to_keep) for read, output in zip(batch, outputs, strict=True)
        ]
        logits = self._network.logits(kept[0] if len(kept) == 1 else np.concatenate(kept))
        readings, end = [], 0
        for row, read in enumerate(batch):
            start, end = end, end + len(kept[row])
            state = RecurrentState(_own(memory, row), read.state.length + len(read.tokens))
            readings.append(Reading(logits[start:end], state))
        return readings


def _recurrent(state: State) -> RecurrentState:
    if not isinstance(state, RecurrentState):
        raise TypeError(f"a char-RNN cannot go on from a {type(state).__name__}")
    return state


def _last(rows: np.ndarray, count: int | None) -> np.ndarray:
    return rows if count is None else rows[max(0, len(rows) - count) :]


def _memory(state: State) -> np.ndarray:
    return _recurrent(state).memory


def _own(memory: np.ndarray, row: int) -> np.ndarray:
    """One row's memory, which does not keep the other rows' alive."""
    return _frozen(memory[row].copy())


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
