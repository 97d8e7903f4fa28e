"""Tokens as arrays of bytes: sixteen bytes a token, little-endian on every machine."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from playground.api.events import Token
from playground.session.nodes import NodeToken

Packed = tuple[bytes, bytes, bytes, bytes]
"""ids, lengths of their texts, log-probabilities after the chain, and the model's own."""


def pack(tokens: Sequence[Token] | Sequence[NodeToken]) -> Packed:
    """The four columns of some tokens."""
    whole, real = f"<{len(tokens)}I", f"<{len(tokens)}f"
    return (
        struct.pack(whole, *[token.id for token in tokens]),
        struct.pack(whole, *[len(token.text) for token in tokens]),
        struct.pack(real, *[token.logprob for token in tokens]),
        struct.pack(real, *[token.raw_logprob for token in tokens]),
    )


def unpack(rows: Iterable[Packed], text: str) -> tuple[NodeToken, ...]:
    """The tokens of `rows`, in order, whose texts are the stretches of `text` from its beginning."""
    tokens = []
    place = 0
    for ids, lengths, logprobs, raw_logprobs in rows:
        count = len(ids) // 4
        whole, real = f"<{count}I", f"<{count}f"
        for token, length, logprob, raw in zip(
            struct.unpack(whole, ids),
            struct.unpack(whole, lengths),
            struct.unpack(real, logprobs),
            struct.unpack(real, raw_logprobs),
            strict=True,
        ):
            tokens.append(NodeToken(token, text[place : place + length], logprob, raw))
            place += length
    return tuple(tokens)
