"""llama.cpp through llama-cpp-python, where it and `gguf` are installed: the random GPT-2 as a GGUF file."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.bench.checkpoint import cached, random_gpt2, random_text
from playground.bench.worker import threads_given

if TYPE_CHECKING:
    from numpy import ndarray

FILE = "model.gguf"
NAMES = {
    "wte": "token_embd",
    "wpe": "position_embd",
    "ln_f": "output_norm",
    "ln_1": "attn_norm",
    "ln_2": "ffn_norm",
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_output",
    "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}


class LlamaCpp:
    """One of its contexts. `kind` is the type of its matrices: f32 or q8_0."""

    def __init__(self, kind: str, folder: str | None = None) -> None:
        from llama_cpp import Llama

        source = Path(folder) if folder else random_gpt2()
        made = cached(f"gguf-{kind}-{source.name}-v1", lambda place: _convert(source, place, kind))
        self._vocabulary: dict[str, int] = json.loads((source / "vocab.json").read_text())
        self._llama: Any = Llama(
            str(made / FILE), n_ctx=1024, n_batch=1024, verbose=False,
            n_threads=threads_given(), n_threads_batch=threads_given(),
        )  # fmt: skip

    def decode(self, context: int, tokens: int) -> float:
        """Seconds for a token after the first, the prompt having `context` of them."""
        _, each = self._generate(context, tokens)
        return each

    def first_token(self, context: int) -> float:
        """Seconds from a prompt to its first token."""
        first, _ = self._generate(context, 1)
        return first

    def _generate(self, context: int, tokens: int) -> tuple[float, float]:
        prompt = [self._vocabulary[letter] for letter in random_text(context)]
        start = time.perf_counter()
        stamps: list[float] = []
        for _ in self._llama.generate(prompt, temp=0.0):
            stamps.append(time.perf_counter())
            if len(stamps) == tokens:
                break
        return stamps[0] - start, (stamps[-1] - stamps[0]) / max(tokens - 1, 1)


def _convert(source: Path, place: Path, kind: str) -> None:
    import gguf
    from safetensors.numpy import load_file

    config = json.loads((source / "config.json").read_text())
    writer: Any = gguf.GGUFWriter(str(place / FILE), "gpt2")
    writer.add_context_length(config["n_positions"])
    writer.add_embedding_length(config["n_embd"])
    writer.add_feed_forward_length(4 * config["n_embd"])
    writer.add_block_count(config["n_layer"])
    writer.add_head_count(config["n_head"])
    writer.add_layer_norm_eps(1e-5)
    _add_tokenizer(writer, json.loads((source / "vocab.json").read_text()))
    quantized = gguf.GGMLQuantizationType[kind.upper()]
    for name, array in _renamed(load_file(source / "model.safetensors")).items():
        if array.ndim == 2 and name != "position_embd.weight":
            writer.add_tensor(name, gguf.quantize(array, quantized), raw_dtype=quantized)
        else:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: Any, vocabulary: Mapping[str, int]) -> None:
    tokens = sorted(vocabulary, key=lambda token: vocabulary[token])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * len(tokens))
    writer.add_token_merges(["a a"])  # it wants at least one; nothing here reads text
    writer.add_eos_token_id(len(tokens) - 1)


def _renamed(weights: Mapping[str, ndarray]) -> dict[str, ndarray]:
    """Tensors by llama.cpp's names, matrices as (outputs, inputs): transformers has them turned."""
    import numpy as np

    found = {}
    for full, array in weights.items():
        name, _, part = full.removeprefix("transformer.").rpartition(".")
        block = ""
        if name.startswith("h."):
            _, layer, name = name.split(".", 2)
            block = f"blk.{layer}."
        turned = array.T if block and array.ndim == 2 else array
        found[f"{block}{NAMES[name]}.{part}"] = np.ascontiguousarray(turned)
    return found
