"""Which decoder computes: the one in C on a processor that it knows, else the one in torch.

torch takes seconds to import, so it is asked for an accelerator only where a driver for one is installed.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playground.api import InvalidInput

if TYPE_CHECKING:
    from playground_gpt.native.library import Library

DECODERS = ("auto", "native", "torch")
DTYPES = ("float32", "bfloat16", "float16", "int8")
CUDA_DRIVERS = ("libcuda.so.1", "nvcuda.dll")
ROCM_DEVICE = Path("/dev/kfd")


def native_library(decoder: str, device: str, dtype: str) -> Library | None:
    """The compiled decoder where it is to be used; None where torch is.

    Raises InvalidInput where "native" is asked for and cannot be had.
    """
    from playground_gpt.native.library import library

    wanted = decoder != "torch" and dtype in ("auto", *DTYPES) and _on_cpu(device)
    found = library() if wanted else None
    if decoder == "native" and not found:
        raise InvalidInput(
            f"there is no native decoder for device {device} and type {dtype} here",
            "it is built for x86-64 processors with AVX2 where a C compiler is found at installation; "
            "leave the option decoder out",
        )
    return found


def _on_cpu(device: str) -> bool:
    if device != "auto" or not _accelerator_at_hand():
        return device in ("auto", "cpu")
    from playground_gpt.on_torch.device import resolve_device

    return resolve_device(device).type == "cpu"


def _accelerator_at_hand() -> bool:
    """Whether this machine may have an accelerator that torch can use."""
    return sys.platform == "darwin" or ROCM_DEVICE.exists() or any(map(_loads, CUDA_DRIVERS))


def _loads(driver: str) -> bool:
    try:
        ctypes.CDLL(driver)
    except OSError:
        return False
    return True
