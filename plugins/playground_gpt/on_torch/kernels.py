"""How a product with a weight matrix is computed, by number type and machine. Knows nothing of transformers.

A kernel takes and gives float32, whatever it computes with. Layout, library and input type change its
speed several times over and change places from one machine to the next, so where there is a choice it is
made by a short timing on the model's own first matrices. One row (decoding) and many (a prompt) may go
different ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import torch
from torch import Tensor
from torch.nn import functional

from playground_gpt.on_torch import int8

Linear = Callable[[Tensor], Tensor]
"""(rows, in) float32 to (rows, out) float32."""
Matrix = tuple[Tensor, Tensor | None]
"""A weight (in, out) as GPT files hold it, and its bias (out,)."""
Maker = Callable[[Matrix], Linear]

HALVES = {"bfloat16": torch.bfloat16, "float16": torch.float16}
FEW = 16
PROBE_ROWS = 64
REPEATS = 3
MATRICES = 4
HEADS, WIDTH = 12, 64  # of the attention between timed products


def maker(dtype: str, device: torch.device, sample: Sequence[Matrix]) -> Maker:
    """What makes kernels of number type `dtype` on `device`, having timed its choices on `sample`."""
    if dtype == "int8":
        return int8.quantised
    if dtype == "float32":
        return in_float32 if device.type != "cpu" else _quickest((in_float32, by_numpy), sample, 1)
    half = HALVES[dtype]
    if device.type != "cpu":
        return partial(in_half, dtype=half)
    makers: list[Maker] = [partial(in_half, dtype=half, turned=turned) for turned in (False, True)]
    turned = makers.index(_quickest(makers, sample, 1)) == 1
    makers = [
        partial(in_half, dtype=half, turned=turned, widened=widened) for widened in (False, True)
    ]
    return _quickest(makers, sample, PROBE_ROWS)


def _quickest(makers: Sequence[Maker], sample: Sequence[Matrix], rows: int) -> Maker:
    """The maker whose kernels take the least time; the smallest of some, as other work disturbs them.

    They are timed as they will run: on more weights than a processor's own cache holds, in turn with
    attention, whose threads those of another library may have to wait for.
    """
    sample = sample[:MATRICES]
    inputs = [torch.ones(rows, weight.shape[0]) for weight, _ in sample]
    for weight, _ in sample:
        weight.sum()  # the first touch of a mapped file costs more than any product
    times = [torch.inf] * len(makers)
    made = [[make(matrix) for matrix in sample] for make in makers]
    for _ in range(REPEATS):
        for place, kernels in enumerate(made):
            times[place] = min(times[place], _time(kernels, inputs, min(times)))
    return makers[times.index(min(times))]


def _time(kernels: Sequence[Linear], inputs: Sequence[Tensor], best: float) -> float:
    """Seconds for all of them, or for some if those alone already took longer than `best`."""
    attended = torch.ones(1, HEADS, WIDTH, WIDTH)
    begun = perf_counter()
    for kernel, x in zip(kernels, inputs, strict=True):
        kernel(x)
        functional.scaled_dot_product_attention(attended[:, :, :1], attended, attended)
        if perf_counter() - begun > best:
            break
    return perf_counter() - begun


def in_float32(matrix: Matrix) -> Linear:
    """Exact, on the weights as they are mapped from the file."""
    weight, bias = matrix
    if bias is None:
        return lambda x: torch.mm(x, weight)
    return lambda x: torch.addmm(bias, x, weight)


def by_numpy(matrix: Matrix) -> Linear:
    """Exact, one row by numpy's BLAS: it is ahead where torch's knows the processor only by half."""
    weight, bias = matrix
    many = in_float32(matrix)
    array = weight.numpy()

    def product(x: Tensor) -> Tensor:
        if len(x) > 1:
            return many(x)
        y = torch.from_numpy(x.numpy() @ array)
        return y if bias is None else y.add_(bias)

    return product


@dataclass(frozen=True, slots=True)
class _Half:
    """Weights of 16 bits, stored (in, out), or `turned` (out, in); `widened` for many rows to float32."""

    weight: Tensor
    bias: Tensor | None
    turned: bool
    widened: bool

    def __call__(self, x: Tensor) -> Tensor:
        stored = self.weight
        if self.widened and len(x) > FEW:
            stored = stored.float()
        else:
            x = x.to(stored.dtype)
        y = (functional.linear(x, stored) if self.turned else torch.mm(x, stored)).float()
        return y if self.bias is None else y.add_(self.bias)


def in_half(
    matrix: Matrix, *, dtype: torch.dtype, turned: bool = False, widened: bool = False
) -> Linear:
    """Rounded to 16 bits; sums and everything between products stay float32."""
    weight, bias = matrix
    stored = (weight.t() if turned else weight).to(dtype).contiguous()
    return _Half(stored, bias, turned, widened)
