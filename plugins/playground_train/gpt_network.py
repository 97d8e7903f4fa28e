"""GPT-1 and GPT-2 in torch, for training: whole sequences, the loss inside, a cache only for samples.

Its parameters carry the names of the Hugging Face layout, so that a folder is read and written without a
table. Knows nothing of files.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from playground_gpt.architecture import Architecture
from playground_train.data.batches import IGNORED


def _tanh_gelu(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu_new": _tanh_gelu,
    "gelu_pytorch_tanh": _tanh_gelu,
    "gelu_fast": _tanh_gelu,
    "gelu": functional.gelu,
    "relu": functional.relu,
    "silu": functional.silu,
    "swish": functional.silu,
}


class Cache:
    """Keys and values of what was read, by layer; none before the first read."""

    def __init__(self) -> None:
        self.layers: dict[int, tuple[Tensor, Tensor]] = {}

    @property
    def length(self) -> int:
        """Positions read."""
        return self.layers[0][0].shape[2] if self.layers else 0

    def extended(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values of a layer, each (rows, heads, time, size), with these at their end."""
        if layer in self.layers:
            before = self.layers[layer]
            key, value = torch.cat((before[0], key), 2), torch.cat((before[1], value), 2)
        self.layers[layer] = key, value
        return key, value


class Attention(nn.Module):
    """Causal self-attention; `mask` (batch, 1, time, time) says what else a position may not see."""

    def __init__(self, architecture: Architecture, layer: int, dropout: float) -> None:
        super().__init__()
        width = architecture.width
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)
        self.heads, self.scale, self.dropout = (
            architecture.heads,
            architecture.scales[layer],
            dropout,
        )
        self.layer = layer

    def forward(self, x: Tensor, mask: Tensor | None, cache: Cache | None) -> Tensor:
        rows, time, width = x.shape
        parts = self.c_attn(x).view(rows, time, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each (rows, heads, time, size)
        if cache is not None:
            key, value = cache.extended(self.layer, key, value)
        # A single token after others sees them all.
        mixed = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=mask is None and time == key.shape[2],
            scale=self.scale,
        )
        mixed = self.c_proj(mixed.transpose(1, 2).reshape(rows, time, width))
        return functional.dropout(mixed, self.dropout, self.training)


class FeedForward(nn.Module):
    """Two projections with an activation between them."""

    def __init__(self, architecture: Architecture, dropout: float) -> None:
        super().__init__()
        self.c_fc = nn.Linear(architecture.width, architecture.inner)
        self.c_proj = nn.Linear(architecture.inner, architecture.width)
        self.activation = ACTIVATIONS[architecture.activation]
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        x = self.c_proj(self.activation(self.c_fc(x)))
        return functional.dropout(x, self.dropout, self.training)


class Block(nn.Module):
    """A layer: GPT-2 normalises what enters a sub-layer, GPT-1 the sum that leaves it."""

    def __init__(self, architecture: Architecture, layer: int, dropout: float) -> None:
        super().__init__()
        width, epsilon = architecture.width, architecture.epsilon
        self.ln_1 = nn.LayerNorm(width, epsilon)
        self.attn = Attention(architecture, layer, dropout)
        self.ln_2 = nn.LayerNorm(width, epsilon)
        self.mlp = FeedForward(architecture, dropout)
        self.pre_norm = architecture.pre_norm

    def forward(self, x: Tensor, mask: Tensor | None, cache: Cache | None) -> Tensor:
        after: Tensor
        if self.pre_norm:
            x = x + self.attn(self.ln_1(x), mask, cache)
            after = x + self.mlp(self.ln_2(x))
        else:
            x = self.ln_1(x + self.attn(x, mask, cache))
            after = self.ln_2(x + self.mlp(x))
        return after


class GptNetwork(nn.Module):
    """A GPT whose output head is its token embedding, or a matrix of its own."""

    def __init__(
        self, architecture: Architecture, dropout: float, *, recompute: bool = False
    ) -> None:
        """`recompute`: layers are computed twice instead of being remembered (Chen et al. 2016)."""
        super().__init__()
        self.architecture, self.dropout, self.recompute = architecture, dropout, recompute
        width = architecture.width
        self.tokens = nn.Embedding(architecture.vocabulary, width)
        self.positions = nn.Embedding(architecture.positions, width)
        self.h = nn.ModuleList(
            Block(architecture, layer, dropout) for layer in range(architecture.layers)
        )
        self.ln_f = nn.LayerNorm(width, architecture.epsilon) if architecture.pre_norm else None
        self.lm_head = (
            None if architecture.tied else nn.Linear(width, architecture.vocabulary, bias=False)
        )
        self._initialise()

    def forward(self, ids: Tensor, targets: Tensor, segments: Tensor | None = None) -> Tensor:
        """The sum of the losses of the scored `targets`, in nats; all are (rows, time)."""
        logits = functional.linear(self.hidden(ids, segments), self.head)
        return functional.cross_entropy(
            logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORED, reduction="sum"
        )

    def next_logits(self, ids: Tensor, cache: Cache) -> Tensor:
        """(rows, vocabulary): what could follow what the cache holds and `ids` (rows, time).

        `time` is 1 where the cache holds something.
        """
        return functional.linear(self.hidden(ids, cache=cache)[:, -1], self.head)

    def hidden(
        self, ids: Tensor, segments: Tensor | None = None, cache: Cache | None = None
    ) -> Tensor:
        """(rows, time, width): what the head reads."""
        begins = 0 if cache is None else cache.length
        mask, places = None, torch.arange(begins, begins + ids.shape[1], device=ids.device)
        if segments is not None:
            mask, places = isolated(segments)
        x: Tensor = self.tokens(ids) + self.positions(places)
        x = functional.dropout(x, self.dropout, self.training)
        for block in self.h:
            if self.recompute and self.training:
                x = checkpoint(block, x, mask, cache, use_reentrant=False)
            else:
                x = block(x, mask, cache)
        return x if self.ln_f is None else self.ln_f(x)

    @property
    def head(self) -> Tensor:
        return self.tokens.weight if self.lm_head is None else self.lm_head.weight

    def _initialise(self) -> None:
        """Radford et al. 2018 and, for the projections that add to the stream, 2019."""
        deep = 0.02 / math.sqrt(2 * self.architecture.layers)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                residual = self.architecture.pre_norm and name.endswith("c_proj.weight")
                nn.init.normal_(parameter, std=deep if residual else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)


def isolated(segments: Tensor) -> tuple[Tensor, Tensor]:
    """What may be seen (rows, 1, time, time), and places counted anew in each segment (rows, time)."""
    time = segments.shape[1]
    order = torch.arange(time, device=segments.device)
    same = segments[:, :, None] == segments[:, None, :]  # (rows, time, time)
    allowed = same & (order[:, None] >= order)
    return allowed[:, None], allowed.sum(-1) - 1
