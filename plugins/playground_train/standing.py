"""Where the arithmetic of a run stands, as tensors by name: all that a checkpoint holds but its counters."""

from __future__ import annotations

import torch
from torch import nn

from playground_train import optimisation
from playground_train.averaging import Average
from playground_train.checkpoint import Tensors
from playground_train.sharding import part
from playground_train.updates import Updates


def tensors_of(network: nn.Module, average: Average, updates: Updates) -> Tensors:
    """Weights, their average, what optimisers remember, and what is carried from batch to batch."""
    return {
        **{f"weights/{name}": p.detach() for name, p in network.named_parameters()},
        **{f"average/{name}": tensor for name, tensor in average.weights.items()},
        **{f"optimiser/{n}": t for n, t in optimisation.tensors_of(updates.optimisers).items()},
        **{f"carried/{index}": tensor for index, tensor in enumerate(updates.carried)},
    }


def restore(tensors: Tensors, network: nn.Module, average: Average, updates: Updates) -> None:
    """Stand where `tensors_of` was told."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(part(tensors[f"weights/{name}"], parameter))
    average.restore(_group(tensors, "average"))
    optimisation.restore(updates.optimisers, _group(tensors, "optimiser"))
    carried = _group(tensors, "carried")
    updates.carried = tuple(carried[str(i)].to(updates.device) for i in range(len(carried)))


def _group(tensors: Tensors, prefix: str) -> Tensors:
    """The tensors under `prefix/`, without it."""
    return {
        name.removeprefix(f"{prefix}/"): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{prefix}/")
    }
