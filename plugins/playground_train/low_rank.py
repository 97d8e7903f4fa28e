"""Low-rank adapters (LoRA, Hu et al. 2021): a matrix stays, and what it lacks is learned as a thin product.

Merged, both are one matrix again, so that nobody who loads the model knows of it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

ADAPTER = ("lora_a", "lora_b")


class LowRankLinear(nn.Linear):
    """A linear layer with an adapter of `rank`, scaled by `alpha / rank`."""

    def __init__(self, layer: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__(layer.in_features, layer.out_features, device=layer.weight.device)
        self.weight, self.bias = layer.weight, layer.bias
        # One of the two is zero, so that the layer begins as it was.
        self.lora_a = nn.Parameter(torch.empty(rank, layer.in_features, device=layer.weight.device))
        self.lora_b = nn.Parameter(
            torch.zeros(layer.out_features, rank, device=layer.weight.device)
        )
        nn.init.normal_(self.lora_a, std=layer.in_features**-0.5)
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        adapted = functional.linear(functional.linear(x, self.lora_a), self.lora_b)
        return functional.linear(x, self.weight, self.bias) + self.scale * adapted

    def merged(self) -> Tensor:
        """The one matrix (out, in) that does what both do."""
        return self.weight + self.scale * (self.lora_b @ self.lora_a)


def adapt(network: nn.Module, rank: int, alpha: float) -> None:
    """Give every linear layer below `network` an adapter, and let nothing else learn."""
    network.requires_grad_(False)
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear:
                setattr(module, name, LowRankLinear(child, rank, alpha))


def merged_parameters(network: nn.Module) -> dict[str, Tensor]:
    """The parameters by name as if there had never been adapters."""
    parameters: dict[str, Tensor] = dict(network.named_parameters())
    for path, module in network.named_modules():
        if isinstance(module, LowRankLinear):
            parameters[f"{path}.weight"] = module.merged()
    return {name: p for name, p in parameters.items() if not name.endswith(ADAPTER)}


def reset(network: nn.Module) -> None:
    """Let the adapters add nothing, as where their product has been merged."""
    for module in network.modules():
        if isinstance(module, LowRankLinear):
            module.lora_b.data.zero_()
