"""The compiled decoder: which of its variants this processor can run, and its structures as ctypes sees them.

What the fields mean stands in gpt.h and linear.h.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, Structure, c_float, c_int, c_int32, c_int64, c_void_p
from functools import cache
from pathlib import Path

VARIANTS = ("avx512", "avx2")
"""The best first."""
FORMS = {"by_input": 0, "by_output": 1, "bfloat16": 2, "float16": 3, "int8": 4}
NUMBERS = {"float32": 0, "bfloat16": 1, "float16": 2}
ACTIVATIONS = {
    "gelu_new": 2,
    "gelu_pytorch_tanh": 2,
    "gelu_fast": 2,
    "gelu": 3,
    "relu": 4,
    "silu": 5,
    "swish": 5,
}


class Linear(Structure):
    _fields_ = (
        ("form", c_int32),
        ("inputs", c_int32),
        ("outputs", c_int32),
        ("weight", c_void_p),
        ("bias", c_void_p),
        ("scales", c_void_p),
        ("sums", c_void_p),
    )


class Norm(Structure):
    _fields_ = (("weight", c_void_p), ("bias", c_void_p))


class Block(Structure):
    _fields_ = (
        ("norm_1", Norm),
        ("qkv", Linear),
        ("out", Linear),
        ("norm_2", Norm),
        ("up", Linear),
        ("down", Linear),
        ("scale", c_float),
    )


class Gpt(Structure):
    _fields_ = (
        ("layers", c_int32),
        ("width", c_int32),
        ("heads", c_int32),
        ("inner", c_int32),
        ("vocabulary", c_int32),
        ("positions", c_int32),
        ("pre_norm", c_int32),
        ("activation", c_int32),
        ("number", c_int32),
        ("epsilon", c_float),
        ("tokens", c_void_p),
        ("places", c_void_p),
        ("blocks", POINTER(Block)),
        ("norm", Norm),
        ("head", Linear),
    )


class Row(Structure):
    _fields_ = (
        ("tokens", c_void_p),
        ("count", c_int32),
        ("start", c_int32),
        ("kept", c_int32),
        ("keys", c_void_p),
        ("values", c_void_p),
        ("hidden", c_void_p),
        ("attention", c_void_p),
    )


class Library:
    """One variant, loaded. Its functions release the interpreter's lock while they compute."""

    def __init__(self, variant: str) -> None:
        """Raises OSError where it was not built, or not for this machine."""
        self.variant = variant
        self._code = ctypes.CDLL(str(Path(__file__).with_name(f"gpt_{variant}.so")))
        declare(self._code)
        self.usable = bool(self._code.gpt_usable())
        if self.usable:
            self._code.gpt_set_threads(threads())
            self.panel: int = self._code.gpt_panel()

    def packed_bytes(self, form: str, inputs: int, outputs: int) -> int:
        size: int = self._code.gpt_packed_bytes(FORMS[form], inputs, outputs)
        return size

    def pack(
        self,
        form: str,
        shape: tuple[int, int],
        weight: int,
        strides: tuple[int, int],
        packed: int,
        scales: int | None,
        sums: int | None,
    ) -> None:
        """See pack.h; arrays are addresses, `shape` and `strides` (in numbers) are of inputs and outputs."""
        done = self._code.gpt_pack(FORMS[form], *shape, weight, *strides, packed, scales, sums)
        if done != 0:
            raise MemoryError("no memory to pack a model's weights")

    def read(self, model: Gpt, rows: ctypes.Array[Row], logits: int) -> None:
        """See gpt.h."""
        if self._code.gpt_read(ctypes.byref(model), rows, len(rows), logits) != 0:
            raise MemoryError("no memory to read with a model")

    def unembed(self, model: Gpt, outputs: int, count: int, logits: int) -> None:
        """See gpt.h."""
        if self._code.gpt_unembed(ctypes.byref(model), outputs, count, logits) != 0:
            raise MemoryError("no memory to score a layer's output")


def declare(code: ctypes.CDLL) -> None:
    """Tell ctypes what the functions take and give."""
    code.gpt_packed_bytes.restype = c_int64
    code.gpt_packed_bytes.argtypes = (c_int, c_int, c_int)
    code.gpt_pack.argtypes = (
        c_int, c_int, c_int, c_void_p, c_int64, c_int64, c_void_p, c_void_p, c_void_p,
    )  # fmt: skip
    code.gpt_read.argtypes = (POINTER(Gpt), POINTER(Row), c_int, c_void_p)
    code.gpt_unembed.argtypes = (POINTER(Gpt), c_void_p, c_int, c_void_p)


@cache
def library() -> Library | None:
    """The best variant that was built and that this processor can run; None where there is none."""
    return next((found for name in VARIANTS if (found := load(name))), None)


def load(variant: str) -> Library | None:
    """One variant, if it was built and this processor can run it."""
    try:
        found = Library(variant)
    except OSError:
        return None
    return found if found.usable else None


def threads() -> int:
    """How many threads to compute with: OMP_NUM_THREADS, else as many as this process may run on."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
