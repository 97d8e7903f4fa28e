"""The entropy-adaptive temperature: its four cases, and the values that change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground.testing import ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground_adaptive.entropy_adaptive import EntropyAdaptive, varentropy
from playground_sampling.strategies import Sample
from playground_sampling.temperature import Temperature

CASES = {
    "certain": {"a": 0.97, "b": 0.03},
    "torn": {"a": 0.75} | {chr(i): 0.25 / 150 for i in range(100, 128)},
    "vague": dict.fromkeys("abcdefghij", 0.1),
    "lost": {"a": 0.3} | {chr(i): 0.7 / 94 for i in range(32, 127) if chr(i) != "a"},
}


class TestEntropyAdaptiveObeysTheLaws(StrategyContract):
    def strategy(self):
        return EntropyAdaptive()


@given(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=30))
def test_varentropy_is_the_variance_of_the_surprise(scores):
    candidates = Candidates(np.array(scores, dtype=np.float32))
    p = np.exp(np.array(scores) - max(scores))
    p /= p.sum()
    surprise = -np.log(p)
    expected = (p * surprise**2).sum() - (p * surprise).sum() ** 2
    assert varentropy(candidates) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_its_temperature(case):
    temperatures = {"certain": 0.5, "torn": 2.0, "vague": 3.0, "lost": 4.0}
    model = ScriptedModel(lambda tokens: CASES[case])
    adaptive = EntropyAdaptive(entropy=1.8, varentropy=1.2, **temperatures)
    adapted = decode(adaptive, model, limit=30, seed=1).tokens
    heated = decode(Sample(), model, processors=[Temperature(temperatures[case])], limit=30, seed=1)
    assert adapted == heated.tokens


def test_a_model_that_is_certain_is_taken_at_its_word():
    model = ScriptedModel(lambda tokens: CASES["certain"])
    assert decode(EntropyAdaptive(), model, limit=60).text == "a" * 60


def test_temperatures_of_1_are_sampling():
    neutral = EntropyAdaptive(certain=1, torn=1, vague=1, lost=1)
    for seed in range(5):
        plain = decode(Sample(), ToyRecurrent(), limit=30, seed=seed).tokens
        assert decode(neutral, ToyRecurrent(), limit=30, seed=seed).tokens == plain
