"""A moving average of the weights, often better than the last of them: what is evaluated and stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from playground_train.sharding import part


class Average:
    """An exponential moving average of what is trained (Polyak and Juditsky 1992); none without decay."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
        self._decay, self._parameters = decay, trained if decay else {}
        self.weights: dict[str, Tensor] = {
            name: parameter.detach().clone() for name, parameter in self._parameters.items()
        }
        """By the names of the parameters."""

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after a step; steps count from 0.

        At first the decay is lower, so that what was there before anything was learned is soon forgotten.
        """
        decay = min(self._decay, (1 + step) / (10 + step))
        for name, parameter in self._parameters.items():
            self.weights[name].lerp_(parameter, 1 - decay)

    @torch.no_grad()
    def restore(self, weights: Mapping[str, Tensor]) -> None:
        """Stand where an average with these `weights` stood."""
        for name, tensor in weights.items():
            self.weights[name].copy_(part(tensor, self.weights[name]))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The network has the average for its weights within it."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    @torch.no_grad()
    def _exchange(self) -> None:
        # By value: a recurrent network's parameters lie in one piece of memory, and have to stay there.
        for name, parameter in self._parameters.items():
            trained = parameter.clone()
            parameter.copy_(self.weights[name])
            self.weights[name].copy_(trained)
