"""Muon (Jordan et al. 2024): momentum whose matrices are made nearly orthogonal before they are applied.

As `torch.optim.Muon` with `adjust_lr_fn="match_rms_adamw"` (Liu et al. 2025: one learning rate suits it and
AdamW), but for the precision: torch's computes in bfloat16, which a processor that does not know that type is
many times slower at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic that pushes all singular values towards 1, steepest at 0."""
ITERATIONS = 5
TINY = 1e-7
RMS_OF_ADAMW = 0.2


class Muon(torch.optim.Optimizer):
    """For matrices only."""

    def __init__(
        self, matrices: Iterable[nn.Parameter], *, learning_rate: float, weight_decay: float
    ) -> None:
        super().__init__(matrices, {"lr": learning_rate, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """One update by the gradients that are there; `closure` is not called."""
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is not None:
                    direction = orthogonalised(self._momentum(matrix))
                    matrix.mul_(1 - group["lr"] * group["weight_decay"])
                    scale = RMS_OF_ADAMW * math.sqrt(max(matrix.shape))
                    matrix.add_(direction, alpha=-group["lr"] * scale)

    def _momentum(self, matrix: nn.Parameter) -> Tensor:
        """Nesterov's: the gradient, moved towards its average."""
        gradient, state = matrix.grad, self.state[matrix]
        assert gradient is not None
        if not state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        average = state["momentum_buffer"].lerp_(gradient, 1 - MOMENTUM)
        return gradient.lerp(average, MOMENTUM)


def orthogonalised(matrix: Tensor) -> Tensor:
    """(m, n) with about its singular vectors, and singular values between 0.7 and 1.2 or so.

    By the Newton-Schulz iteration, in float32 on a CPU and in bfloat16 elsewhere.
    """
    x = matrix if matrix.device.type == "cpu" else matrix.bfloat16()
    if flat := len(x) > x.shape[1]:
        x = x.T
    x = x / x.norm().clamp_min(TINY)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.T if flat else x).to(matrix.dtype)
