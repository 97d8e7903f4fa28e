"""A ragged batch laid end to end: which tokens are whose, what they may look at, and how they attend.

Only attention looks at one row of a batch at a time; see `playground_gpt.on_torch.transformer` for the rest.
"""

from __future__ import annotations

from itertools import accumulate

import torch
from torch import Tensor
from torch.nn import functional

from playground.api import Need, Read
from playground_gpt.on_torch.cache import Log
from playground_gpt.states import GptState


class Queries:
    """The last `count` of `length` positions, as they look back at all that came before."""

    def __init__(self, count: int, length: int, device: torch.device) -> None:
        self.count = count
        self._causal = 1 < count == length
        self._mask = _causal(count, length, device) if 1 < count < length else None

    def attend(self, query: Tensor, keys: Tensor, values: Tensor, scale: float) -> Tensor:
        """(1, heads, positions, head width) each; the result is (count, heads, head width)."""
        query = query[:, :, -self.count :]
        if self.count > 1:  # bound by arithmetic, which a CPU does best in float32
            query, keys, values = query.float(), keys.float(), values.float()
        mixed = functional.scaled_dot_product_attention(
            query, keys, values, self._mask, 0.0, self._causal, scale=scale
        )
        return mixed[0].transpose(0, 1)


class Row:
    """One read of a batch: where its tokens lie among all of them, and its part of every layer's log.

    `targets` are the places of its own keys and values (2, heads, tokens, head width); `keys` and `values`
    (1, heads, length, head width) all that it may look at. In the last layer only the `asked` queries
    matter, as nothing looks at the others any more.
    """

    def __init__(self, read: Read, state: GptState[Log], offset: int) -> None:
        count = len(read.tokens)
        log = state.log.buffer
        self.need = read.need
        self.state = state
        self.start = state.length - count
        self.span = slice(offset, offset + count)
        self.kept = count if read.logits_to_keep is None else min(read.logits_to_keep, count)
        self.targets = log[:, :, :, self.start : state.length].unbind()
        self.keys = log[:, :1, :, : state.length].unbind()
        self.values = log[:, 1:, :, : state.length].unbind()
        self.every = Queries(count, state.length, log.device)
        whole = self.kept == count or Need.HIDDEN in self.need
        self.asked = self.every if whole else Queries(max(self.kept, 1), state.length, log.device)
        self.hidden: list[Tensor] = []
        self.attention: list[Tensor] = []

    def attend(self, layer: int, qkv: Tensor, scale: float, queries: Queries) -> Tensor:
        """Append to the log, then look back at all of it.

        `qkv` (3, heads, tokens, head width) has the log's type; the result is (queries, heads, head width).
        """
        self.targets[layer].copy_(qkv[1:])
        query, keys, values = qkv[:1], self.keys[layer], self.values[layer]
        if Need.ATTENTION in self.need:
            self.attention.append(_weights(query[0], keys[0], scale))
        return queries.attend(query, keys, values, scale)


def spans(counts: list[int]) -> list[slice]:
    """Where things of `counts` lie when they are laid end to end."""
    ends = [*accumulate(counts)]
    return [slice(end - count, end) for count, end in zip(counts, ends, strict=True)]


def _weights(query: Tensor, keys: Tensor, scale: float) -> Tensor:
    """The same attention as probabilities, (heads, tokens, length)."""
    scores = (query.float() @ keys.float().transpose(1, 2)) * scale
    mask = _causal(query.shape[1], keys.shape[1], query.device)
    return scores.masked_fill(~mask, -torch.inf).softmax(-1)


def _causal(tokens: int, length: int, device: torch.device) -> Tensor:
    """(tokens, length), true where a token may look: at everything up to itself."""
    return torch.ones(tokens, length, dtype=torch.bool, device=device).tril(length - tokens)
