"""Which device a model goes to, and in which number type, for the names that users know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from playground.api import InvalidInput

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(name: str) -> torch.device:
    """`auto`, `cpu`, `cuda`, `cuda:N` or `mps`, where it is there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
        name = "mps" if name == "cpu" and torch.backends.mps.is_available() else name
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InvalidInput(f"there is no device {name!r}", "auto, cpu, cuda, cuda:N, mps") from None
    there = {
        "cpu": True,
        "cuda": (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(device.type):
        raise InvalidInput(f"this machine has no {name}", "--device auto takes the best there is")
    return device


def choose_dtype(name: str, device: torch.device, config: Mapping[str, Any]) -> str:
    """`auto` is float32 on a CPU, which is exact there, and elsewhere what the weights are stored as."""
    if name == "auto":
        stored = str(config.get("dtype") or config.get("torch_dtype"))
        return stored if device.type != "cpu" and stored in DTYPES else "float32"
    if name not in (*DTYPES, "int8"):
        raise InvalidInput(f"there is no dtype {name!r}", f"auto, {', '.join(DTYPES)}, int8")
    if name == "int8" and device.type != "cpu":
        raise InvalidInput(f"int8 is for the CPU and not for {device}", "--dtype bfloat16")
    return name
