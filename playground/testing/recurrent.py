"""A recurrent model of a few hundred weights whose state cannot go back, as a char-RNN's cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from playground.api import Need, Read, Reading, State, Tokenizer
from playground.testing.scripted import check_read, kept_rows
from playground.testing.tokenizers import CharTokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz .\n"


@dataclass(frozen=True, slots=True, eq=False)
class RecurrentState:
    """What is remembered: hidden (size,) float32."""

    hidden: ndarray
    length: int

    @property
    def nbytes(self) -> int:
        return self.hidden.nbytes


class ToyRecurrent:
    """A tanh network with random weights that depend on `seed` alone; small letters by default.

    Offers its hidden states: (2, time, size), the embeddings and the layer's output. Rows of a batch are
    read one by one, so a row's logits are the same to the last bit whatever stands beside it.
    """

    context_length: int | None = None
    offers = Need.LOGITS | Need.HIDDEN
    device = "cpu"
    dtype = "float32"

    def __init__(
        self, *, size: int = 12, seed: int = 0, tokenizer: Tokenizer | None = None
    ) -> None:
        self.tokenizer: Tokenizer = tokenizer or CharTokenizer(LETTERS)
        vocabulary = self.tokenizer.vocabulary_size
        draw = np.random.default_rng(seed).standard_normal
        self._embedding = draw((vocabulary, size), dtype=np.float32)
        self._recurrent = draw((size, size), dtype=np.float32) / np.float32(size**0.5)
        self._head = draw((vocabulary, size), dtype=np.float32)
        self._start = RecurrentState(np.zeros(size, dtype=np.float32), 0)

    def start(self) -> State:
        return self._start

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        return [self._reading(read) for read in batch]

    def rewind(self, state: State, length: int) -> State | None:
        return state if length == state.length else None

    def unembed(self, hidden: ndarray) -> ndarray:
        """Logits (n, vocabulary) of hidden states (n, size); there is no norm before the head."""
        logits: ndarray = hidden @ self._head.T
        return logits

    def _reading(self, read: Read) -> Reading:
        assert isinstance(read.state, RecurrentState)
        length = read.state.length + len(read.tokens)
        check_read(read.tokens, length, self.tokenizer.vocabulary_size, None)
        embedded = self._embedding[list(read.tokens)]  # (time, size)
        outputs, hidden = [], read.state.hidden
        for row in embedded:
            hidden = np.tanh(self._recurrent @ hidden + row)
            outputs.append(hidden)
        kept = outputs[len(outputs) - kept_rows(read) :]
        logits = np.stack([self._head @ row for row in kept]) if kept else self._head[:0, :0]
        layers = np.stack([embedded, np.stack(outputs)]) if Need.HIDDEN in read.need else None
        return Reading(logits, RecurrentState(hidden, length), hidden=layers)
