"""Assisted generation and prompt lookup say what transformers' say, token by token, on tiny random GPTs."""

from __future__ import annotations

import pytest

from playground.testing import decode
from playground_sampling.strategies import Sample
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import TopK
from playground_speculation.prompt_lookup import PromptLookup
from playground_speculation.speculative import Speculative

PROMPTS = ["the cat, that sat. the cat", "to be or not to be", "th"]


def has_a_cache(network):
    """transformers' GPT-1 reads all of the text at every token, and cannot verify guesses."""
    return network.config.model_type == "gpt2"


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompt_lookup_is_that_of_transformers(tiny, generate, prompt):
    (model, network), _ = tiny
    lookup = decode(PromptLookup(2, 4), model, prompt, processors=[TopK(1)], limit=40).tokens
    assert lookup == generate(network, model.tokenizer, prompt, 40)
    if has_a_cache(network):
        theirs = generate(network, model.tokenizer, prompt, 40, prompt_lookup_num_tokens=4)
        assert lookup == theirs


@pytest.mark.parametrize("prompt", PROMPTS)
def test_assisted_generation_is_that_of_transformers(tiny, generate, prompt):
    (model, network), (draft, assistant) = tiny
    assisted = decode(
        Speculative("draft"),
        model,
        prompt,
        processors=[TopK(1)],
        limit=40,
        models={"draft": draft},
    ).tokens
    assert assisted == generate(network, model.tokenizer, prompt, 40)
    if has_a_cache(network):
        theirs = generate(network, model.tokenizer, prompt, 40, assistant_model=assistant)
        assert assisted == theirs


def test_sampled_text_is_the_same_with_and_without_guesses(tiny):
    (model, _), (draft, _) = tiny
    hot = [Temperature(0.9), TopK(20)]
    for seed in range(5):
        options = {"processors": hot, "limit": 40, "seed": seed, "models": {"draft": draft}}
        plain = decode(Sample(), model, PROMPTS[0], **options).tokens
        assert decode(Speculative("draft", 5), model, PROMPTS[0], **options).tokens == plain
        assert decode(PromptLookup(1, 6), model, PROMPTS[0], **options).tokens == plain
