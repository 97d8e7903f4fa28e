"""What updates parameters: a rule for a step, and what it remembers of each parameter from step to step.

Not `torch.optim.Optimizer`, although AdamW's rule is torch's: the first of those that is made imports torch's
compiler, which takes as long again as torch itself, before every training.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from torch import Tensor, nn


class Optimiser(ABC):
    """A rule for some parameters, with one rate of weight decay."""

    def __init__(self, parameters: Iterable[nn.Parameter], *, weight_decay: float) -> None:
        self.parameters = list(parameters)
        self.weight_decay = weight_decay
        self.remembered: list[dict[str, Tensor]] = [{} for _ in self.parameters]
        """Of each parameter, by name; empty before its first update."""

    @abstractmethod
    def step(self, rate: float) -> None:
        """Update the parameters that have a gradient, at this learning rate."""
