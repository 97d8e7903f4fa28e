"""Muon (Jordan et al. 2024): momentum whose matrices are made nearly orthogonal before they are applied.

As `torch.optim.Muon` with `adjust_lr_fn="match_rms_adamw"` (Liu et al. 2025: one learning rate suits it and
AdamW), but for the precision: torch's computes in bfloat16, which a processor that does not know that type is
many times slower at.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from playground_train.optimiser import Optimiser

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic that pushes all singular values towards 1, steepest at 0."""
ITERATIONS = 5
TINY = 1e-7
RMS_OF_ADAMW = 0.2


class Muon(Optimiser):
    """For matrices only."""

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """See `Optimiser.step`."""
        for matrix, remembered in zip(self.parameters, self.remembered, strict=True):
            if matrix.grad is not None:
                direction = orthogonalised(_momentum(matrix.grad, remembered))
                matrix.mul_(1 - rate * self.weight_decay)
                scale = RMS_OF_ADAMW * math.sqrt(max(matrix.shape))
                matrix.add_(direction, alpha=-rate * scale)


def _momentum(gradient: Tensor, remembered: dict[str, Tensor]) -> Tensor:
    """Nesterov's: the gradient, moved towards its average."""
    if not remembered:
        remembered["momentum_buffer"] = torch.zeros_like(gradient)
    average = remembered["momentum_buffer"].lerp_(gradient, 1 - MOMENTUM)
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
