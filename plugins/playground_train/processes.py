"""Several processes that train one network: each reads its own batches, and their gradients are added.

Under `torchrun` or `accelerate launch` the environment says which process this is (data parallel training).
Alone, a process is the first of one, and nothing is sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, distributed


class Processes:
    """This process among those that train together."""

    def __init__(self, rank: int, size: int, device: torch.device) -> None:
        self.rank, self.size, self._device = rank, size, device

    @property
    def first(self) -> bool:
        """Whether this is the process that evaluates, saves and tells."""
        return self.rank == 0

    def add(self, tensors: Iterable[Tensor]) -> None:
        """Replace each tensor by its sum over all processes."""
        if self.size > 1:
            for tensor in tensors:
                distributed.all_reduce(tensor)

    def told(self, value: float) -> float:
        """What the first process says."""
        if self.size == 1:
            return value
        said = torch.tensor([value], dtype=torch.float32, device=self._device)
        distributed.broadcast(said, src=0)
        return float(said)

    def wait(self) -> None:
        """Go on when all are here."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def all_processes(device: torch.device) -> Iterator[Processes]:
    """Meet the others, as the environment says; leave them at the end."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Processes(0, 1, device)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), size, device)
    finally:
        distributed.destroy_process_group()
