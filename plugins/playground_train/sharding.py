"""A network in pieces: each of several processes holds a part of every parameter (FSDP, Zhao et al. 2023).

A layer is gathered where it computes and let go of after it; its gradient is summed over the processes, and
each keeps its part. So what optimisers remember is in pieces too, and a network that fits on no one device is
trained by several. Whatever computes with such a network, all processes have to do together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, TypeGuard

import torch
from torch import Tensor, distributed, nn

from playground.api import InvalidInput

if TYPE_CHECKING:
    from torch.distributed.tensor import DTensor

    from playground_train.processes import Processes
    from playground_train.recipe import Recipe


def check(recipe: Recipe, processes: Processes) -> None:
    """Raises InvalidInput where a network cannot be divided."""
    if processes.size == 1:
        raise InvalidInput(
            "sharding divides a network among several processes, and this is the only one",
            "run it under torchrun, or without --shard",
        )
    if recipe.optimiser == "muon":
        raise InvalidInput(
            "Muon needs whole matrices, and sharding leaves each process a piece of them",
            "set optimiser to adamw, or run it without --shard: each process then holds the whole network",
        )


def shard(network: nn.Module, size: int, device: torch.device, asked: Iterable[str]) -> None:
    """Divide `network` among `size` processes, each of which puts its part on its `device`.

    `asked`: methods of the network that are called besides its forward.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

    mesh = init_device_mesh(device.type, (size,))
    lists = [module for module in network.modules() if isinstance(module, nn.ModuleList)]
    for module in [*(layer for layers in lists for layer in layers), network]:
        fully_shard(module, mesh=mesh, reshard_after_forward=True)
    for module in network.modules():
        if isinstance(module, FSDPModule):
            # Summed, as gradients are elsewhere: a loss is divided by what all processes count.
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)
    for name in asked:
        register_fsdp_forward_method(network, name)
        setattr(network, name, _agreed(getattr(network, name)))


def is_shard(tensor: Tensor | None) -> TypeGuard[DTensor]:
    """Whether this process holds a part of the tensor only."""
    if not distributed.is_available() or not distributed.is_initialized():
        return False
    from torch.distributed.tensor import DTensor

    return isinstance(tensor, DTensor)


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor, on its device; all processes have to ask for it."""
    return tensor.full_tensor() if is_shard(tensor) else tensor


def gathered(tensors: Mapping[str, Tensor], *, keep: bool) -> dict[str, Tensor]:
    """All of each tensor, what was in pieces on the CPU; a process that is not to `keep` them gets none."""
    found: dict[str, Tensor] = {}
    # Restored states stand in any order, and all processes have to gather in the same one.
    for name, tensor in sorted(tensors.items()):
        one = tensor.full_tensor().cpu() if is_shard(tensor) else tensor
        if keep:
            found[name] = one
    return found


def part(tensor: Tensor, like: Tensor) -> Tensor:
    """Of a whole tensor what this process holds of `like`, which has the same shape, on the same device."""
    if not is_shard(like):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    # Every process has all of it, so nothing is sent.
    return distribute_tensor(
        tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None
    )


def _agreed(method: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A method that gives what the first process finds.

    Devices may differ in the last bit: a sample that ends in one of them would leave the others waiting.
    """

    @wraps(method)
    def asked(*arguments: Tensor) -> Tensor:
        found = method(*arguments)
        distributed.broadcast(found, src=0)
        return found

    return asked
