"""The laws that every backend obeys, on this one: each kind of GPT, exact and in fewer bits, each decoder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from playground.testing import BackendContract
from playground_gpt import GptBackend
from playground_gpt.native.library import library
from playground_gpt.on_torch.int8 import steps_each_way


@pytest.fixture(scope="session", autouse=True)
def folders(make_folder):
    Folders.gpt2, _ = make_folder("gpt2")
    Folders.gpt1, _ = make_folder("openai-gpt", vocab_size=64)


class Folders:
    gpt2: Path
    gpt1: Path


class Gpt(BackendContract):
    dtype = "auto"
    decoder = "torch"

    def backend(self):
        return GptBackend()

    def model(self):
        return self._backend.load(
            self._folder, device="cpu", dtype=self.dtype, decoder=self.decoder
        )


class TestGpt2(Gpt):
    texts = ("", "the other", " Ünïcode\n\n\ttabs, 漢字 and 😀", "\0", "<|endoftext|>")

    def folder(self):
        return Folders.gpt2


class TestGpt1(Gpt):
    texts = ("", "the other, then!", "it's the\nlast")
    lossless = False

    def folder(self):
        return Folders.gpt1


class TestGpt2InBfloat16(TestGpt2):
    dtype = "bfloat16"
    tolerance = 0.1


@pytest.mark.skipif(
    "fbgemm" not in torch.backends.quantized.supported_engines, reason="no 8-bit products here"
)
class TestGpt2InInt8(TestGpt2):
    """The rounding of the attention's float32 sums can tip an activation to the next of its steps.

    There are 255 of them, or half as many where the processor has no 8-bit dot products.
    """

    dtype = "int8"
    tolerance = 12.7 / steps_each_way()


needs_native = pytest.mark.skipif(library() is None, reason="not built here")


@needs_native
class TestNativeGpt2(TestGpt2):
    decoder = "native"
    tolerance = 0.0


@needs_native
class TestNativeGpt1(TestGpt1):
    decoder = "native"
    tolerance = 0.0


@needs_native
class TestNativeGpt2InBfloat16(TestNativeGpt2):
    dtype = "bfloat16"


@needs_native
class TestNativeGpt2InFloat16(TestNativeGpt2):
    dtype = "float16"


@needs_native
class TestNativeGpt2InInt8(TestNativeGpt2):
    dtype = "int8"
