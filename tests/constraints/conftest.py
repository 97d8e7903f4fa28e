"""Tokenizers of every kind that the constraints meet, and texts said at random under a constraint."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from playground.testing import ByteTokenizer, CharTokenizer, ScriptedModel, decode
from playground_charrnn.tokenizer import CharTokenizer as CharRnnTokenizer
from playground_charrnn.vocabulary import Vocabulary
from playground_gpt.architecture import parse
from playground_gpt.tokenizer import load_tokenizer
from playground_hub.tokenizer import HubTokenizer
from playground_sampling.strategies import Sample

settings.register_profile("unhurried", deadline=None, max_examples=25)
settings.load_profile("unhurried")

ROOT = Path(__file__).parents[2]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 .,:;!?-_'\"{}[]\\\n\t"
WORDS = ["the cat is 12 or 34", '{"name": "ab", "old": true}', "yes no maybe [1, 2, 3]"] * 3


def hub(model, pre_tokenizer, decoder, trainer) -> HubTokenizer:
    rules = Tokenizer(model)
    rules.pre_tokenizer = pre_tokenizer
    rules.decoder = decoder
    rules.train_from_iterator([*WORDS, *LETTERS], trainer)
    return HubTokenizer(rules, rules.get_vocab_size(), 0, frozenset({0}), None)


def sentence_piece() -> HubTokenizer:
    """As Llama has it: `▁` for a space, none at a text's beginning."""
    space = {"replacement": "▁", "prepend_scheme": "always"}
    trainer = trainers.BpeTrainer(
        vocab_size=200, special_tokens=["</s>"], initial_alphabet=list(LETTERS)
    )
    return hub(
        models.BPE(), pre_tokenizers.Metaspace(**space), decoders.Metaspace(**space), trainer
    )


def byte_level() -> HubTokenizer:
    """As Qwen has it: tokens are bytes."""
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return hub(models.BPE(), level, decoders.ByteLevel(), trainer)


def real(name: str, dialect: str):
    """A real tokenizer of GPT; skips where its files are not at hand."""
    data = Path(os.environ.get("PLAYGROUND_DATA", ROOT.parent / "shared" / "data"))
    folder = data / "tokenizers" / name
    if not (folder / "vocab.json").is_file():
        pytest.skip(f"needs {folder / 'vocab.json'} (set PLAYGROUND_DATA)")
    kind = {"gpt1": "openai-gpt", "gpt2": "gpt2"}[name]
    size = len(json.loads((folder / "vocab.json").read_text(encoding="utf-8")))
    shape = {"n_positions": 8, "n_embd": 8, "n_layer": 1, "n_head": 1}
    config = {"model_type": kind, "vocab_size": size, **shape}
    return load_tokenizer(folder, parse(config, "config.json"), dialect)


KINDS = {
    "bytes": ByteTokenizer,
    "characters": lambda: CharTokenizer(LETTERS),
    "char-rnn": lambda: CharRnnTokenizer(Vocabulary(LETTERS)),
    "sentence piece": sentence_piece,
    "byte level": byte_level,
    "gpt2": lambda: real("gpt2", "hf"),
    "gpt1": lambda: real("gpt1", "hf"),
    "gpt1 openai": lambda: real("gpt1", "openai"),
}


@pytest.fixture(scope="session", params=KINDS)
def tokenizer(request):
    return KINDS[request.param]()


@pytest.fixture(scope="session")
def tokenizer_of():
    """A tokenizer by its kind."""
    return lambda kind: KINDS[kind]()


@dataclass(frozen=True)
class RandomModel:
    """What it says next is random, and the same for the same text."""

    seed: int
    scale: float = 2.0

    def __call__(self, size: int):
        return lambda tokens: (
            self.scale
            * np.random.default_rng([self.seed, *tokens]).standard_normal(size, dtype=np.float32)
        )


@pytest.fixture(scope="session")
def speak():
    """`speak(tokenizer, stage, …)` says a text at random under the stage; what was decoded."""

    def run(tokenizer, stage, *, seed=0, strategy=None, prompt="a", limit=300):
        says = RandomModel(seed)(tokenizer.vocabulary_size)
        model = ScriptedModel(says, tokenizer=tokenizer)
        return decode(
            strategy or Sample(), model, prompt, processors=[stage], limit=limit, seed=seed
        )

    return run


@pytest.fixture(scope="session")
def text_of():
    """The text of ids as one that begins with them, without what ends it."""

    def text(tokenizer, ids) -> str:
        ids = [token for token in ids if token not in tokenizer.eos_ids]
        pieces = zip([None, *ids], ids, strict=False)
        return b"".join(tokenizer.piece(token, previous) for previous, token in pieces).decode()

    return text
