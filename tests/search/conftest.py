"""Tiny random models of transformers, to be read by our strategies and by `generate`."""

import importlib

import numpy as np
import pytest
import torch
import transformers
from hypothesis import settings

from playground.plugins import Plugins
from playground.testing import CharTokenizer, ScriptedModel
from tests.engine.conftest import Bench
from tests.engine.conftest import finished as finished_of

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SIZES = {"vocab_size": 27, "n_positions": 48, "n_embd": 32, "n_layer": 2, "n_head": 2}
# Wide enough that some tokens are much likelier than others, as with a trained model.
PLAIN = {"initializer_range": 0.25, "bos_token_id": None, "eos_token_id": None}


def gpt1():
    return transformers.OpenAIGPTLMHeadModel(transformers.OpenAIGPTConfig(**SIZES, **PLAIN))


def gpt2():
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(**SIZES, **PLAIN))


@pytest.fixture(scope="session", params=[gpt1, gpt2], ids=["gpt1", "gpt2"])
def oracle(request):
    """A tiny random model of transformers over the letters and an end."""
    torch.manual_seed(7)
    return request.param().eval()


@pytest.fixture(scope="session")
def ours(oracle):
    """A model that says what `oracle` does; `ends` are the tokens that end a text."""
    known = {}

    @torch.inference_mode()
    def logits(tokens):
        if tokens not in known:
            known[tokens] = oracle(torch.tensor([tokens])).logits[0, -1].numpy().astype(np.float32)
        return known[tokens]

    def ours(ends):
        tokenizer = CharTokenizer(ALPHABET)
        tokenizer.eos_ids = frozenset(ends)
        return ScriptedModel(logits, tokenizer=tokenizer)

    return ours


@pytest.fixture(scope="session")
def generate_all(oracle):
    """What `generate` adds to a prompt in each of its sequences, each up to its end."""

    @torch.inference_mode()
    def generate_all(prompt, ends, limit, *, do_sample=False, **options):
        ids = torch.tensor([[ALPHABET.index(letter) for letter in prompt]])
        out = oracle.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=do_sample,
            max_new_tokens=limit,
            eos_token_id=sorted(ends) or None,
            pad_token_id=0,
            **options,
        )
        return [up_to_an_end(row, ends) for row in out[:, ids.shape[1] :].tolist()]

    return generate_all


def up_to_an_end(tokens, ends):
    places = [place for place, token in enumerate(tokens) if token in ends]
    return tokens[: places[0] + 1] if places else tokens


@pytest.fixture(scope="session")
def generate(generate_all):
    """What `generate` adds to a prompt."""
    return lambda *arguments, **options: generate_all(*arguments, **options)[0]


@pytest.fixture
def bench():
    """An engine's parts with the built-in ways of decoding, for models of a test's own."""
    plugins = Plugins()
    for name in ("playground_sampling", "playground_search"):
        plugins.load(name, "built in", "", lambda name=name: importlib.import_module(name))
    assert not plugins.quarantined
    return Bench(plugins)


@pytest.fixture
def finished():
    """The ends among events, by their sequence."""
    return finished_of
