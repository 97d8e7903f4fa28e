"""Which device and number type a model computes with: what is asked for, checked against what is here."""

from __future__ import annotations

import torch

from playground.api import InvalidInput
from playground_gpt.decoder import DTYPES


def resolve_device(name: str) -> torch.device:
    """The device called `name`: cpu, cuda, cuda:N or mps; "auto" is the first accelerator, else the CPU."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", torch.cuda.current_device())
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in {"cpu", "cuda", "mps"}:
        raise InvalidInput(
            f"unknown device {name!r}", "devices are auto, cpu, cuda, cuda:N and mps"
        )
    _check_present(device)
    return torch.device("cpu") if device.type == "cpu" else device


def _check_present(device: torch.device) -> None:
    here = "leave --device at auto to take what is here"
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            raise InvalidInput(
                f"no device {device}: this machine has {count} CUDA device(s) that torch can use",
                here,
            )
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise InvalidInput(
            "no device mps: this machine has no Metal device that torch can use", here
        )


def resolve_dtype(name: str, device: torch.device) -> str:
    """The number type called `name` on `device`.

    "auto" is float32 everywhere: exact, and the same text on every machine. bfloat16, float16 and int8
    are for speed and memory, and change the logits; `playground models show NAME --compare-dtypes` says
    by how much.
    """
    if name == "auto":
        return "float32"
    if name not in DTYPES:
        raise InvalidInput(f"unknown number type {name!r}", f"types are auto, {', '.join(DTYPES)}")
    if name == "int8" and device.type != "cpu":
        raise InvalidInput(
            f"int8 is computed on the CPU only, not on {device}",
            "use --device cpu, or --dtype bfloat16",
        )
    if name == "int8" and "fbgemm" not in torch.backends.quantized.supported_engines:
        raise InvalidInput(
            "int8 needs torch's fbgemm engine, which this machine's processor does not have",
            "use --dtype float32",
        )
    return name
