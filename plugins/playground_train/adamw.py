"""AdamW (Loshchilov and Hutter 2019), by torch's own function for it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from playground_train.optimiser import Optimiser

EPSILON = 1e-8


class AdamW(Optimiser):
    """As `torch.optim.AdamW` with one group of parameters and `fused=True`."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        *,
        weight_decay: float,
        betas: tuple[float, float],
    ) -> None:
        super().__init__(parameters, weight_decay=weight_decay)
        self._betas = betas

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """See `Optimiser.step`."""
        parameters: list[Tensor] = []
        gradients: list[Tensor] = []
        states: list[dict[str, Tensor]] = []
        for parameter, remembered in zip(self.parameters, self.remembered, strict=True):
            if parameter.grad is not None:
                parameters.append(parameter)
                gradients.append(parameter.grad)
                states.append(remembered or self._begun(parameter, remembered))
        if not parameters:
            return
        beta1, beta2 = self._betas
        adamw(
            parameters,
            gradients,
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            fused=True,
            amsgrad=False,
            beta1=beta1,
            beta2=beta2,
            lr=rate,
            weight_decay=self.weight_decay,
            eps=EPSILON,
            maximize=False,
        )

    def _begun(self, parameter: nn.Parameter, remembered: dict[str, Tensor]) -> dict[str, Tensor]:
        remembered["step"] = torch.zeros((), device=parameter.device)
        remembered["exp_avg"] = torch.zeros_like(parameter)
        remembered["exp_avg_sq"] = torch.zeros_like(parameter)
        return remembered
