"""Where a training computes, and what it says when there is no room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from playground.api import InvalidInput, PlaygroundError


def pick_device(name: str) -> torch.device:
    """The device called `name`; "auto" is a CUDA device where there is one, else the CPU.

    Of several processes on a machine, which torchrun numbers, each has a CUDA device of its own.
    """
    own = f"cuda:{os.environ['LOCAL_RANK']}" if "LOCAL_RANK" in os.environ else "cuda"
    if name == "auto":
        return torch.device(own if torch.cuda.is_available() else "cpu")
    name = own if name == "cuda" else name
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(f"device {name!r} cannot be used: {reason}", "use auto or cpu") from None


@contextmanager
def room_for(what: str) -> Iterator[None]:
    """Say what to lower where memory runs out within it."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not _is_of_memory(error):
            raise
        raise PlaygroundError(
            f"there is not enough memory for {what}",
            "lower batch_size and raise accumulate by the same factor, lower sequence_length, "
            "or set recompute or autocast=bfloat16",
        ) from error


def _is_of_memory(error: RuntimeError) -> bool:
    # A CPU's allocator raises no type of its own.
    told = ("can't allocate memory", "not enough memory")
    return isinstance(error, torch.OutOfMemoryError) or any(text in str(error) for text in told)
