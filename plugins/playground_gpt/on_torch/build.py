"""From checked arrays to a model that is ready to read, on a device and in a number type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from playground.api import Tokenizer
from playground_gpt.architecture import Architecture
from playground_gpt.on_torch import kernels
from playground_gpt.on_torch.cache import Layout
from playground_gpt.on_torch.int8 import CHUNK
from playground_gpt.on_torch.layers import Block, Norm, Parts
from playground_gpt.on_torch.transformer import GptModel

if TYPE_CHECKING:
    from numpy import ndarray

# Beside small weights the cache would be much of what a token reads, so it is held in 16 bits too.
CACHE = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
    "int8": torch.bfloat16,
}

# 8-bit products are so quick that what lies between them counts, unless it stays in the processor's cache;
# those of float32 gain more by many rows.
CHUNKS = {"int8": CHUNK}


def build(
    architecture: Architecture,
    arrays: Mapping[str, ndarray],
    tokenizer: Tokenizer,
    device: torch.device,
    dtype: str,
) -> GptModel:
    """A model of `arrays`, float32 ones, which are those that `architecture.shapes()` names."""
    with torch.inference_mode():
        placed = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
        parts = _Builder(architecture, placed, dtype).parts()
    layout = Layout(
        layers=architecture.layers,
        heads=architecture.heads,
        head_width=architecture.width // architecture.heads,
        dtype=CACHE[dtype],
        device=device,
    )
    return GptModel(architecture, parts, layout, tokenizer, dtype)


class _Builder:
    def __init__(
        self, architecture: Architecture, tensors: Mapping[str, Tensor], dtype: str
    ) -> None:
        self._architecture = architecture
        self._dtype = dtype
        self._tensors = tensors
        self._embedding = tensors[architecture.token_embedding]
        sample = [self._matrix(f"h.{layer}.attn.c_proj") for layer in range(architecture.layers)]
        self._make = kernels.maker(dtype, self._embedding.device, sample)

    def parts(self) -> Parts:
        architecture = self._architecture
        head = self._embedding if architecture.tied else self._tensors["lm_head.weight"]
        return Parts(
            tokens=self._embedding,
            positions=self._tensors[architecture.position_embedding],
            blocks=tuple(self._block(layer) for layer in range(architecture.layers)),
            norm=self._norm("ln_f") if architecture.pre_norm else None,
            head=self._make((head.t(), None)),
            chunk=CHUNKS.get(self._dtype, architecture.positions),
        )

    def _block(self, layer: int) -> Block:
        prefix = f"h.{layer}."
        return Block(
            norm_1=self._norm(f"{prefix}ln_1"),
            qkv=self._make(self._matrix(f"{prefix}attn.c_attn")),
            out=self._make(self._matrix(f"{prefix}attn.c_proj")),
            norm_2=self._norm(f"{prefix}ln_2"),
            up=self._make(self._matrix(f"{prefix}mlp.c_fc")),
            down=self._make(self._matrix(f"{prefix}mlp.c_proj")),
            scale=self._architecture.scales[layer],
        )

    def _matrix(self, name: str) -> kernels.Matrix:
        return self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]

    def _norm(self, name: str) -> Norm:
        return Norm(
            self._tensors[f"{name}.weight"],
            self._tensors[f"{name}.bias"],
            self._architecture.epsilon,
        )
