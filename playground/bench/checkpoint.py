"""Random models in the layout of the Hugging Face hub, so that every engine can load them without a download.

Made once, from a fixed seed, in the cache folder. Speed does not depend on the weights, but two things around
the model do: a text must not end early, and the chain must meet scores about as peaked as a real model's.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import string
import tempfile
from collections.abc import Callable
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from playground import paths

if TYPE_CHECKING:
    from numpy import ndarray

SEED = 124
LAYOUT = 1
"""Counts the changes of what is written below, so that no older model in the cache is taken for it."""
END_OF_TEXT = "<|endoftext|>"
DEVIATION = 0.02
SCORE_DEVIATION = 4.4
"""Of the scores over the vocabulary: an entropy of some 3.5 nats, about that of GPT-2 on English text."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a GPT-2; by default that of the smallest one, with 124,439,808 parameters."""

    vocabulary: int = 50257
    positions: int = 1024
    width: int = 768
    layers: int = 12
    heads: int = 12


def random_gpt2(shape: Shape | None = None) -> Path:
    """The folder of a random GPT-2 of this shape, made now if it is not in the cache."""
    shape = shape or Shape()
    name = "gpt2-" + "-".join(str(size) for size in msgspec.structs.astuple(shape))
    return cached(f"{name}-v{LAYOUT}", lambda folder: _write_gpt2(folder, shape))


def cached(name: str, write: Callable[[Path], None]) -> Path:
    """The folder `name` in the cache, filled by `write` if it is not there: whole or not at all."""
    place = paths.cache_folder() / "bench" / name
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=place.parent))
    try:
        write(partial)
        os.replace(partial, place)
    except OSError:
        if not place.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return place


def random_text(length: int) -> str:
    """Letters that no one has read before: `length` characters, each a token of the random models."""
    return "".join(random.choices(string.ascii_lowercase, k=length))


def write_tokenizer(folder: Path, vocabulary: int) -> None:
    """GPT-2's byte tokens without any merge, words nobody can write to fill up, and the end of text."""
    fillers = islice(
        ("".join(word) for word in product(string.ascii_lowercase, repeat=4)), vocabulary - 257
    )
    tokens = [*_byte_alphabet(), *fillers, END_OF_TEXT]
    (folder / "vocab.json").write_text(
        json.dumps({token: index for index, token in enumerate(tokens)}, ensure_ascii=False),
        encoding="utf-8",
    )
    (folder / "merges.txt").write_text("#version: 0.2\n")


def _write_gpt2(folder: Path, shape: Shape) -> None:
    from safetensors.numpy import save_file

    config = {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "vocab_size": shape.vocabulary,
        "n_positions": shape.positions,
        "n_embd": shape.width,
        "n_layer": shape.layers,
        "n_head": shape.heads,
        "bos_token_id": shape.vocabulary - 1,
        "eos_token_id": shape.vocabulary - 1,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    write_tokenizer(folder, shape.vocabulary)
    save_file(_weights(shape), folder / "model.safetensors", metadata={"format": "pt"})


def _weights(shape: Shape) -> dict[str, ndarray]:
    import numpy as np

    generator = np.random.default_rng(SEED)
    width = shape.width

    def normal(*size: int) -> ndarray:
        return generator.standard_normal(size, dtype=np.float32) * np.float32(DEVIATION)

    def norm(name: str) -> dict[str, ndarray]:
        return {f"{name}.weight": np.ones(width, "f4"), f"{name}.bias": np.zeros(width, "f4")}

    def linear(name: str, inputs: int, outputs: int) -> dict[str, ndarray]:
        return {f"{name}.weight": normal(inputs, outputs), f"{name}.bias": np.zeros(outputs, "f4")}

    weights = {
        "wte.weight": normal(shape.vocabulary, width),
        "wpe.weight": normal(shape.positions, width),
    }
    for layer in range(shape.layers):
        block = f"h.{layer}"
        weights |= norm(f"{block}.ln_1") | norm(f"{block}.ln_2")
        weights |= linear(f"{block}.attn.c_attn", width, 3 * width)
        weights |= linear(f"{block}.attn.c_proj", width, width)
        weights |= linear(f"{block}.mlp.c_fc", width, 4 * width)
        weights |= linear(f"{block}.mlp.c_proj", 4 * width, width)
    weights |= norm("ln_f")
    weights["ln_f.weight"] *= np.float32(SCORE_DEVIATION / (DEVIATION * width**0.5))
    _never_end(weights)
    return {f"transformer.{name}": array for name, array in weights.items()}


def _never_end(weights: dict[str, ndarray]) -> None:
    """Keep the first channel for the end of text alone, and its score some hundred below all others."""
    weights["wte.weight"][:, 0] = 0
    weights["wte.weight"][-1, 0] = -10
    weights["ln_f.weight"][0] = 0
    weights["ln_f.bias"][0] = 10


def _byte_alphabet() -> list[str]:
    """The characters that stand for the 256 bytes in GPT-2's vocabulary (Radford et al. 2019)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (chr(256 + number) for number in range(256))
    return [chr(byte) if byte in printable else next(others) for byte in range(256)]
