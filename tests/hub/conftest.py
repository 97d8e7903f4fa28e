"""Tiny random models of several families, saved as transformers saves them, each with a tokenizer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

LINES = (
    "the cat sat. one. two. three. a  b",
    "To be, or not to be, that is the question:",
    "Où est le café? — naïve façade, 日本語, 🦊!",
) * 4
SIZE = 320
SHAPE = {"num_hidden_layers": 2, "hidden_size": 32, "vocab_size": SIZE}
HEADS = {"num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": 64}

FAMILIES: dict[str, Callable[[], Any]] = {
    "llama": lambda: transformers.LlamaConfig(**SHAPE, **HEADS, num_key_value_heads=2),
    "qwen2": lambda: transformers.Qwen2Config(
        **SHAPE, **HEADS, num_key_value_heads=2, tie_word_embeddings=True
    ),
    "gpt_neox": lambda: transformers.GPTNeoXConfig(**SHAPE, **HEADS),
    "mistral": lambda: transformers.MistralConfig(
        **SHAPE, **HEADS, num_key_value_heads=2, sliding_window=6
    ),
    "mamba": lambda: transformers.MambaConfig(**SHAPE, state_size=4),
    "rwkv": lambda: transformers.RwkvConfig(**SHAPE, attention_hidden_size=32),
}


def byte_level() -> Tokenizer:
    """As GPT-2 and Qwen have it."""
    rules = Tokenizer(models.BPE())
    rules.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    rules.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    rules.train_from_iterator(LINES, trainer)
    return rules


def metaspace() -> Tokenizer:
    """As Llama has it: `▁` for a space, one before the text, bytes for what has no token."""
    rules = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    rules.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    rules.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE - 256, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False
    )
    rules.train_from_iterator(LINES[:2], trainer)
    rules = with_bytes(rules)
    rules.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", rules.token_to_id("<s>"))]
    )
    return rules


def with_bytes(rules: Tokenizer) -> Tokenizer:
    data = json.loads(rules.to_str())
    vocabulary = data["model"]["vocab"]
    for byte in range(256):
        vocabulary[f"<0x{byte:02X}>"] = len(vocabulary)
    return Tokenizer.from_str(json.dumps(data))


def word_piece() -> Tokenizer:
    """As BERT-like decoders have it: words, and parts of words behind `##`."""
    rules = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    rules.pre_tokenizer = pre_tokenizers.Whitespace()
    rules.decoder = decoders.WordPiece(cleanup=True)
    trainer = trainers.WordPieceTrainer(
        vocab_size=SIZE, special_tokens=["[UNK]"], show_progress=False
    )
    rules.train_from_iterator(LINES[:2], trainer)
    return rules


TOKENIZERS = {"byte_level": byte_level, "metaspace": metaspace, "word_piece": word_piece}


@pytest.fixture(scope="session")
def rules() -> dict[str, Tokenizer]:
    return {name: make() for name, make in TOKENIZERS.items()}


@pytest.fixture(scope="session")
def family_folder(
    tmp_path_factory: pytest.TempPathFactory, rules: dict[str, Tokenizer]
) -> Callable[[str], Path]:
    """The folder of a model of the named family; made once."""
    made: dict[str, Path] = {}

    def folder_of(family: str) -> Path:
        if family not in made:
            made[family] = tmp_path_factory.mktemp(family)
            torch.manual_seed(0)
            config = FAMILIES[family]()
            config.bos_token_id = config.eos_token_id = 0
            save(transformers.AutoModelForCausalLM.from_config(config), made[family])
            rules["byte_level"].save(str(made[family] / "tokenizer.json"))
        return made[family]

    return folder_of


def save(model: Any, folder: Path) -> None:
    for parameter in model.parameters():  # norms of ones and biases of zeros would hide mistakes
        with torch.no_grad():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    model.save_pretrained(folder)


@pytest.fixture
def tokenizer_folder(
    tmp_path: Path, rules: dict[str, Tokenizer]
) -> Callable[[str, dict[str, Any]], Path]:
    """A folder with a configuration and the named tokenizer, and no weights."""

    def folder_of(kind: str, settings: dict[str, Any]) -> Path:
        (tmp_path / "config.json").write_text(json.dumps({"vocab_size": SIZE}))
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
        rules[kind].save(str(tmp_path / "tokenizer.json"))
        return tmp_path

    return folder_of
