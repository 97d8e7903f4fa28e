"""Products with weights of 8 bits on a CPU, by torch's fbgemm engine.

Weights are quantised for each output, activations for each token, both symmetrically (Dettmers et al. 2022,
"LLM.int8()", without its outliers). One scale for a whole batch, as torch's own dynamic product takes it,
would make a text depend on what runs beside it; with a scale a token the sums are whole numbers, and a
token's result is the same to the last bit alone or in any batch.

torch means to replace its quantised tensors some day: everything that touches them is in this file.
"""

from __future__ import annotations

import warnings
from functools import cache

import torch
from torch import Tensor

CHUNK = 128  # rows whose intermediate results fit a processor's cache
LARGEST = 127
TINY = 1e-30  # below any activation, and above zero: a token of zeros is divided by it


class Int8Linear:
    """(rows, in) float32 to (rows, out) float32."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """Quantise `weight` (in, out)."""
        self._bias = bias
        self._packed = _packed(weight)
        # What a token's largest activation becomes. Unsigned as the engine wants it, the next number is 0.
        self._levels = steps_each_way()

    def __call__(self, x: Tensor) -> Tensor:
        if len(x) <= CHUNK:
            return self._apply(x)
        return torch.cat([self._apply(part) for part in torch.split(x, CHUNK)])

    def _apply(self, x: Tensor) -> Tensor:
        peak = x.abs().amax(-1, keepdim=True).clamp_min_(TINY)
        y = _product(x / peak, self._packed, self._levels)
        return y.mul_(peak) if self._bias is None else torch.addcmul(self._bias, y, peak)


def quantised(matrix: tuple[Tensor, Tensor | None]) -> Int8Linear:
    return Int8Linear(*matrix)


def _packed(weight: Tensor) -> object:
    """`weight` (in, out) in the engine's own layout, a scale for each output."""
    scales = weight.abs().amax(0).clamp_min_(TINY) / LARGEST  # (out,)
    whole = (weight / scales).round_().to(torch.int8).t().contiguous()  # (out, in)
    engine = torch.backends.quantized.engine
    torch.backends.quantized.engine = "fbgemm"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the announced end of these constructors
            zeros = torch.zeros(len(scales), dtype=torch.long)
            tensor = torch._make_per_channel_quantized_tensor(whole, scales.double(), zeros, 0)
            return torch.ops.quantized.linear_prepack(tensor, None)
    finally:
        torch.backends.quantized.engine = engine


def _product(x: Tensor, packed: object, levels: int) -> Tensor:
    """The product of x (rows, in), between -1 and 1, with packed weights."""
    product: Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32.default(
        x, 1 / levels, levels + 1, packed
    )
    return product


@cache
def steps_each_way() -> int:
    """127, or 63 on processors without 8-bit dot products: there pairs of larger ones overflow 16 bits."""
    ones = torch.ones(64, 64)
    exact = torch.allclose(_product(ones, _packed(ones), LARGEST), torch.full((64, 64), 64.0))
    return LARGEST if exact else LARGEST // 2
