"""Adaptive-p: equal to a slow reference, and near the probability that is wished."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground.testing import ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground_adaptive.adaptive_p import AdaptiveP, near
from playground_sampling.truncation import MinP


class TestAdaptivePObeysTheLaws(StrategyContract):
    def strategy(self):
        return AdaptiveP()


@given(st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=20), st.floats(0, 1))
def test_the_scores_are_those_of_its_definition(scores, aim):
    chances = [math.exp(score - max(scores)) for score in scores]
    expected = []
    for chance in chances:
        distance = abs(chance / sum(chances) - aim) / 0.3
        expected.append(5 - 10 * distance * distance / (1 + distance))
    found = near(Candidates(np.array(scores, dtype=np.float32)), aim)
    np.testing.assert_allclose(found.scores, expected, atol=1e-4)


def test_the_aim_follows_the_probabilities_that_were_said():
    """Step by step as llama.cpp does it: the target before anything was said, then the correction."""
    target, decay = 0.4, 0.7
    total, weight = target / (1 - decay), 1 / (1 - decay)
    for commit in decode(AdaptiveP(target, decay), ToyRecurrent(), limit=25, seed=2).commits:
        aim = min(1.0, max(0.0, 2 * target - total / weight))
        expected = near(Candidates(commit.logits), aim)
        np.testing.assert_allclose(commit.chosen.scores, expected.scores, atol=1e-4)
        total = math.exp(Candidates(commit.logits).logprob_of(commit.token)) + decay * total
        weight = 1 + decay * weight


@pytest.mark.parametrize("target", [0.15, 0.3, 0.5])
def test_the_mean_probability_approaches_its_target(target):
    chances = {"a": 0.6, "b": 0.2, "c": 0.1, "d": 0.06, "e": 0.04}
    model = ScriptedModel(lambda tokens: chances)
    decoded = decode(AdaptiveP(target), model, processors=[MinP(0.01)], limit=1500)
    said = [math.exp(Candidates(c.logits).logprob_of(c.token)) for c in decoded.commits]
    assert len(said) == 1500
    assert np.mean(said) == pytest.approx(target, abs=0.06)
