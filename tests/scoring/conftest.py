"""A tiny random GPT-2 of transformers behind the project's protocol: the oracle and the model in one.

Its state is the tokens it has read, which it reads again each time: slow, and obviously right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from playground.api import Need, Read, Reading

CONTEXT = 24


@dataclass(frozen=True)
class Tokens:
    ids: tuple[int, ...] = ()
    nbytes: int = 0

    @property
    def length(self) -> int:
        return len(self.ids)


@dataclass
class ByteTokenizer:
    """A token a byte, and `merged` pairs of bytes as tokens of their own."""

    merged: tuple[bytes, ...] = ()
    start_ids: tuple[int, ...] = ()
    bos_id: int | None = None
    eos_ids: frozenset[int] = frozenset()
    fingerprint: str = "bytes"
    vocabulary_size: int = 300

    def encode(self, text: str) -> list[int]:
        data, ids = text.encode(), []
        while data:
            pair = data[:2]
            ids.append(256 + self.merged.index(pair) if pair in self.merged else data[0])
            data = data[2 if pair in self.merged else 1 :]
        return ids

    def piece(self, token: int, previous: int | None) -> bytes:
        if token > 255:
            return self.merged[token - 256] if token - 256 < len(self.merged) else b""
        return bytes([token])

    def label(self, token: int) -> str:
        return repr(self.piece(token, None))


@dataclass
class OracleModel:
    network: object
    tokenizer: ByteTokenizer = field(default_factory=ByteTokenizer)
    context_length: int | None = CONTEXT
    offers: Need = Need.LOGITS
    device: str = "cpu"
    dtype: str = "float32"
    batches: list[int] = field(default_factory=list)

    def start(self) -> Tokens:
        return Tokens()

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        self.batches.append(len(batch))
        return [self._read_one(read) for read in batch]

    def _read_one(self, read: Read) -> Reading:
        import torch

        ids = (*read.state.ids, *read.tokens)
        with torch.inference_mode():
            logits = self.network(torch.tensor([ids])).logits[0].numpy()
        kept = read.logits_to_keep or len(read.tokens)
        return Reading(logits[-kept:], Tokens(ids))

    def rewind(self, state: Tokens, length: int) -> Tokens | None:
        return Tokens(state.ids[:length])


@pytest.fixture(scope="session")
def network():
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=300, n_positions=CONTEXT, n_embd=16, n_layer=2, n_head=2, initializer_range=0.5
    )
    return GPT2LMHeadModel(config).eval()


@pytest.fixture
def model(network) -> OracleModel:
    return OracleModel(network)


@pytest.fixture
def byte_tokenizer() -> type[ByteTokenizer]:
    return ByteTokenizer
