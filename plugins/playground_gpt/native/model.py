"""A GPT that the C decoder reads with: batches of reads become its rows, what it writes becomes readings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray

from playground.api import LabelHead, Need, Read, Reading, State, Tokenizer
from playground_gpt.architecture import Architecture
from playground_gpt.native.cache import Layout, Log
from playground_gpt.native.library import Gpt, Library, Row
from playground_gpt.states import GptState, check_reads, own, rewound


class NativeGpt:
    """A GPT that is ready to read, on the CPU. Implements `playground.api.LanguageModel`."""

    offers = Need.LOGITS | Need.HIDDEN | Need.ATTENTION
    device = "cpu"
    label_head: LabelHead | None = None

    def __init__(
        self,
        library: Library,
        structure: Gpt,
        held: list[ndarray],
        architecture: Architecture,
        layout: Layout,
        tokenizer: Tokenizer,
        dtype: str,
    ) -> None:
        """`held` are the arrays that `structure` points into."""
        self.tokenizer = tokenizer
        self.context_length: int | None = architecture.positions
        self.dtype = dtype
        self.architecture = architecture
        self._library = library
        self._structure = structure
        self._held = held
        self._layout = layout

    def start(self) -> State:
        return self._layout.start()

    def rewind(self, state: State, length: int) -> State | None:
        return rewound(own(state, self._layout), length)

    def unembed(self, hidden: ndarray) -> ndarray:
        """Logits of a layer's output; see `playground.api.Unembeds`."""
        outputs = np.array(hidden, np.float32, order="C")  # a copy: it is overwritten
        logits = np.empty((len(outputs), self.architecture.vocabulary), np.float32)
        self._library.unembed(
            self._structure, outputs.ctypes.data, len(outputs), logits.ctypes.data
        )
        return logits

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        """Read every row of the batch; see `playground.api.LanguageModel`.

        Raises PlaygroundError for tokens beyond the context, and InvalidInput for no tokens or for ids
        that the vocabulary lacks, before any state is touched.
        """
        if not batch:
            return []
        states = [own(read.state, self._layout) for read in batch]
        ids = np.array(check_reads(batch, self.architecture), np.int32)
        limit = self.architecture.positions
        states = [
            state.extended(len(read.tokens), limit)
            for read, state in zip(batch, states, strict=True)
        ]
        kept = [_kept(read) for read in batch]
        hidden = [self._hidden(read) for read in batch]
        attention = [self._attention(read) for read in batch]
        rows = (Row * len(batch))()
        address = ids.ctypes.data
        for row, read, state, keep, layers, looks in zip(
            rows, batch, states, kept, hidden, attention, strict=True
        ):
            _fill(row, address, read, state, keep)
            address += 4 * len(read.tokens)
            row.hidden = layers.ctypes.data if layers is not None else None
            row.attention = looks.ctypes.data if looks is not None else None
        logits = np.empty((sum(kept), self.architecture.vocabulary), np.float32)
        self._library.read(self._structure, rows, logits.ctypes.data)
        ends = np.cumsum(kept).tolist()
        return [
            Reading(logits[end - keep : end], state, layers, looks)
            for end, keep, state, layers, looks in zip(
                ends, kept, states, hidden, attention, strict=True
            )
        ]

    def _hidden(self, read: Read) -> ndarray | None:
        if Need.HIDDEN not in read.need:
            return None
        shape = (self.architecture.layers + 1, len(read.tokens), self.architecture.width)
        return np.empty(shape, np.float32)

    def _attention(self, read: Read) -> ndarray | None:
        if Need.ATTENTION not in read.need:
            return None
        count = len(read.tokens)
        heads = (self.architecture.layers, self.architecture.heads)
        return np.empty((*heads, count, read.state.length + count), np.float32)


def _kept(read: Read) -> int:
    count = len(read.tokens)
    return count if read.logits_to_keep is None else min(read.logits_to_keep, count)


def _fill(row: Row, tokens: int, read: Read, state: GptState[Log], kept: int) -> None:
    count = len(read.tokens)
    row.tokens = tokens
    row.count = count
    row.start = state.length - count
    row.kept = kept
    row.keys, row.values = state.log.addresses()
