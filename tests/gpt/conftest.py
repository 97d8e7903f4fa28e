"""Model folders in the Hugging Face layout, written by transformers, and the oracle that reads them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from playground_gpt.native.library import library

ROOT = Path(__file__).resolve().parents[2]
SIZES: dict[str, dict[str, Any]] = {
    "gpt2": {"vocab_size": 300, "n_positions": 40, "n_embd": 24, "n_layer": 3, "n_head": 4},
    "openai-gpt": {"vocab_size": 300, "n_positions": 40, "n_embd": 24, "n_layer": 3, "n_head": 4},
}


def _alphabet() -> list[str]:
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [chr(256 + place) for place in range(256 - len(printable))]
    return [chr(byte) for byte in printable] + others


def write_tokenizer(folder: Path, model_type: str) -> None:
    """A vocabulary of single characters and two merges: what a tokenizer's files look like, in small."""
    if model_type == "gpt2":
        tokens = [*_alphabet(), "th", "Ġth", "<|endoftext|>"]
        merges = ["t h", "Ġ th"]
    else:
        letters = "abcdefghijklmnopqrstuvwxyz.,!'"
        ends = [f"{letter}</w>" for letter in letters]
        tokens = ["<unk>", *letters, *ends, "th", "the</w>", "\n</w>"]
        merges = ["t h", "th e</w>"]
    vocabulary = {token: place for place, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    lines = ["#version: 0.2", *merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_model(folder: Path, model_type: str, seed: int = 0, **config: Any) -> Any:
    """A random model with its tokenizer in `folder`, and the oracle: the same model of transformers."""
    from transformers import GPT2Config, GPT2LMHeadModel, OpenAIGPTConfig, OpenAIGPTLMHeadModel

    kinds = {
        "gpt2": (GPT2Config, GPT2LMHeadModel),
        "openai-gpt": (OpenAIGPTConfig, OpenAIGPTLMHeadModel),
    }
    make_config, make_model = kinds[model_type]
    torch.manual_seed(seed)
    sizes = {**SIZES[model_type], **config}
    oracle = make_model(make_config(**sizes, initializer_range=0.2, attn_implementation="eager"))
    for parameter in oracle.parameters():  # norms and biases begin as ones and zeros, which hides
        parameter.data += 0.1 * torch.randn_like(parameter)  # one that is left out or swapped
    folder.mkdir(parents=True, exist_ok=True)
    oracle.save_pretrained(folder)
    write_tokenizer(folder, model_type)
    return oracle.eval()


@pytest.fixture(scope="session", params=["native", "torch"])
def decoder(request) -> str:
    """Each of what computes. `test_native` says where the native one has to be."""
    if request.param == "native" and library() is None:
        pytest.skip("the native decoder was not built here")
    return request.param


@pytest.fixture(scope="session")
def make_tokenizer() -> Callable[[Path, str], None]:
    """`make_tokenizer(folder, model_type)` writes a small tokenizer's files."""
    return write_tokenizer


@pytest.fixture(scope="session", params=["gpt2", "openai-gpt"])
def model_type(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def make_folder(tmp_path_factory) -> Callable[..., tuple[Path, Any]]:
    """`make_folder(model_type, **config)` is a folder and its oracle."""

    def make(model_type: str, **config: Any) -> tuple[Path, Any]:
        folder = tmp_path_factory.mktemp(model_type) / "model"
        return folder, write_model(folder, model_type, **config)

    return make


@pytest.fixture(scope="session")
def tiny(make_folder, model_type) -> tuple[Path, Any]:
    """A folder of a tiny model of each kind, and its oracle. Not to be changed."""
    return make_folder(model_type)


@pytest.fixture(scope="session")
def real_tokenizer() -> Callable[[str], Path]:
    """The folder of a real tokenizer's files, `gpt2` or `gpt1`; skips where there is none."""
    data = Path(os.environ.get("PLAYGROUND_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        folder = data / "tokenizers" / name
        if not (folder / "vocab.json").is_file():
            pytest.skip(f"needs {folder / 'vocab.json'} (set PLAYGROUND_DATA)")
        return folder

    return find
