"""Contrastive decoding: its definition, neutral values, and amateurs that cannot serve."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from playground.api import PromptTooLong
from playground.testing import ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground_guidance.contrastive_decoding import ContrastiveDecoding
from playground_sampling.strategies import Greedy, Sample

ROWS = arrays.arrays(np.float32, (2, 9), elements=st.floats(-15, 15, width=32))


class TestContrastiveDecodingObeysTheLaws(StrategyContract):
    def strategy(self):
        return ContrastiveDecoding("itself")


class TestContrastiveDecodingWithAnotherObeysTheLaws(StrategyContract):
    def strategy(self):
        return ContrastiveDecoding("another", alpha=0, strength=0.5)

    def beside(self, model):
        return {"amateur": ToyRecurrent(seed=5, tokenizer=model.tokenizer)}


@given(
    rows=ROWS,
    alpha=st.floats(0, 1),
    strength=st.floats(0.01, 2),
    tau=st.floats(0.3, 3),
)
def test_the_scores_are_those_of_its_definition(rows, alpha, strength, tau):
    """A slow reference, token by token."""
    expert, amateur = softmax(rows[0]), softmax(rows[1] / tau)
    decoding = ContrastiveDecoding("x", alpha=alpha, strength=strength, tau=tau)
    found = decoding.scored(rows[0], rows[1])
    for token in range(9):
        if abs(expert[token] - alpha * max(expert)) > 1e-5 * max(expert):
            assert (token in found) == (expert[token] > alpha * max(expert))
        if token in found:
            score = math.log(expert[token]) - strength * math.log(amateur[token])
            assert found.scores[found.find([token])[0]] == pytest.approx(score, abs=1e-3)


def test_what_the_amateur_says_as_well_is_left_to_it():
    expert = ScriptedModel(lambda tokens: {"a": 0.5, "b": 0.4, "c": 0.1})
    amateur = ScriptedModel(lambda tokens: {"a": 0.8, "b": 0.1, "c": 0.1})
    models = {"amateur": amateur}
    decoded = decode(
        ContrastiveDecoding("x", alpha=0.5, strength=30), expert, limit=5, models=models
    )
    assert decoded.text == "bbbbb"
    assert decode(Greedy(), expert, limit=5).text == "aaaaa"


def test_neutral_values_are_sampling():
    neutral = ContrastiveDecoding("x", alpha=0, strength=0)
    models = {"amateur": ToyRecurrent(seed=1)}
    for seed in range(5):
        plain = decode(Sample(), ToyRecurrent(), limit=30, seed=seed).tokens
        assert decode(neutral, ToyRecurrent(), limit=30, seed=seed, models=models).tokens == plain


def test_an_amateur_with_too_short_a_context_is_refused():
    models = {"amateur": ScriptedModel("abc", context_length=10)}
    with pytest.raises(PromptTooLong, match="do not fit the amateur's context of 10"):
        decode(ContrastiveDecoding("x"), ScriptedModel("abc"), "abc", limit=9, models=models)


def softmax(row):
    weights = np.exp(row.astype(np.float64) - row.max())
    return weights / weights.sum()
