"""Guidance by a second prompt: transformers' tokens, the formulas, neutral values, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from transformers import UnbatchedClassifierFreeGuidanceLogitsProcessor

from playground.api import InvalidInput, PromptTooLong
from playground.api.options import build
from playground.testing import ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground_guidance.cfg import Cfg
from playground_guidance.context_aware import ContextAware
from playground_guidance.two_prompts import mixed
from playground_sampling.strategies import Sample
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import TopK

ROWS = arrays.arrays(np.float32, (2, 9), elements=st.floats(-15, 15, width=32))


class TestCfgObeysTheLaws(StrategyContract):
    def strategy(self):
        return Cfg("b", 1.7)


class TestContextAwareObeysTheLaws(StrategyContract):
    def strategy(self):
        return ContextAware("b")


@given(rows=ROWS, scale=st.floats(-3, 6))
def test_the_scores_are_those_of_transformers(rows, scale):
    class Unconditional:
        """Says the second row, whatever it reads."""

        def __call__(self, *args, **kwargs):
            return type("Output", (dict,), {"logits": torch.tensor(rows[1])[None, None]})()

    processor = UnbatchedClassifierFreeGuidanceLogitsProcessor(scale, Unconditional())
    theirs = processor(torch.tensor([[0]]), torch.tensor(rows[:1]))[0].numpy()
    ours = mixed(rows[0], rows[1], scale)
    if scale == 1:
        theirs = ours.scores  # it returns the logits' log-probabilities, read or not
    np.testing.assert_allclose(ours.log_probabilities(), log_softmax(theirs), atol=1e-3)


@given(rows=ROWS, alpha=st.floats(0, 3))
def test_context_aware_scores_are_those_of_the_paper(rows, alpha):
    paper = (1 + alpha) * rows[0] - alpha * rows[1]
    ours = mixed(rows[0], rows[1], 1 + alpha).log_probabilities()
    np.testing.assert_allclose(ours, log_softmax(paper), atol=1e-3)


@pytest.mark.parametrize("scale", [0.0, 1.5, 4.0])
def test_guided_text_is_that_of_transformers(pair, scale):
    model, network = pair
    prompt, negative = "the cat, that sat.", "he is it."
    ids = torch.tensor([model.tokenizer.encode(prompt)])
    other = torch.tensor([model.tokenizer.encode(negative)])
    # What it is given as attention for the negative prompt, it wants to be as long as that.
    theirs = network.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        negative_prompt_ids=other,
        negative_prompt_attention_mask=torch.ones_like(other),
        guidance_scale=scale,
        use_cache=network.config.model_type == "gpt2",
        max_new_tokens=25,
        do_sample=False,
        eos_token_id=None,
        pad_token_id=0,
    )[0, ids.shape[1] :].tolist()
    ours = decode(Cfg(negative, scale), model, prompt, processors=[TopK(1)], limit=25).tokens
    assert ours == theirs[: len(ours)]
    assert len(ours) == 25 or ours[-1] in model.tokenizer.eos_ids


def test_neutral_values_are_sampling():
    for seed in range(5):
        plain = decode(Sample(), ToyRecurrent(), limit=30, seed=seed).tokens
        for strategy in (Cfg("b", 1), ContextAware("b", 0)):
            assert decode(strategy, ToyRecurrent(), limit=30, seed=seed).tokens == plain


def test_the_prompt_itself_as_the_negative_one_changes_nothing():
    cold = [Temperature(0.5)]
    plain = decode(Sample(), ToyRecurrent(), "ab", processors=cold, limit=30).tokens
    same = decode(Cfg("ab", 3), ToyRecurrent(), "ab", processors=cold, limit=30).tokens
    assert same == plain


def test_both_prompts_are_read_in_one_pass():
    model = ToyRecurrent()
    assert decode(Cfg("ab", 2), model, limit=20).passes == 1 + 19


@pytest.mark.parametrize(
    ("options", "told", "hint"),
    [
        ({}, "cfg needs negative", "give it negative"),
        ({"negative": ""}, "cfg has no negative prompt", 'cfg("A bad poem:"'),
    ],
)
def test_guidance_without_a_negative_prompt_says_what_to_give(options, told, hint):
    with pytest.raises(InvalidInput, match=told) as failed:
        build(Cfg, options)
    assert hint in failed.value.hint


def test_a_second_prompt_that_does_not_fit_is_refused():
    model = ScriptedModel("abc", context_length=20)
    with pytest.raises(PromptTooLong, match=r"negative prompt has 15 tokens: with 8 to follow"):
        decode(Cfg("x" * 15), model, "a", limit=8)


def log_softmax(row):
    shifted = np.asarray(row, np.float64) - np.max(row)
    return shifted - np.log(np.exp(shifted).sum())
