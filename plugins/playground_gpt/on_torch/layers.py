"""The layers of a GPT and everything that it has learned, as values to be computed with.

Knows nothing of batches, states or files.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playground_gpt.on_torch.kernels import Linear


def _gelu_tanh(x: Tensor) -> Tensor:
    """The tanh approximation of GELU (Hendrycks and Gimpel 2016), as x times a sigmoid.

    (1 + tanh u) / 2 is the sigmoid of 2u, which torch computes several at a time where its GELU does not.
    """
    if x.device.type != "cpu":
        return functional.gelu(x, approximate="tanh")
    return torch.addcmul(SLOPE, x, x, value=CUBIC).mul_(x).sigmoid_().mul_(x)


SLOPE = torch.tensor(2 * (2 / math.pi) ** 0.5)
CUBIC = 0.044715 * 2 * (2 / math.pi) ** 0.5
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu_new": _gelu_tanh,
    "gelu_pytorch_tanh": _gelu_tanh,
    "gelu_fast": _gelu_tanh,
    "gelu": functional.gelu,
    "relu": functional.relu,
    "silu": functional.silu,
    "swish": functional.silu,
}


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation (Ba et al. 2016)."""

    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, x: Tensor) -> Tensor:
        return torch.layer_norm(x, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True)
class Block:
    """The layers of one transformer block."""

    norm_1: Norm
    qkv: Linear
    out: Linear
    norm_2: Norm
    up: Linear
    down: Linear
    scale: float


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything learned: embeddings (vocabulary, width) and (positions, width), blocks, last norm, head.

    `chunk` tokens at a time go through a feed-forward layer.
    """

    tokens: Tensor
    positions: Tensor
    blocks: tuple[Block, ...]
    norm: Norm | None
    head: Linear
    chunk: int
