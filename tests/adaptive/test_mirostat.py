"""Mirostat, both versions: the surprise they aim at, what they cut, and what neutral values do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground.testing import ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground_adaptive.mirostat import Mirostat, below
from playground_adaptive.mirostat_v1 import MirostatV1, how_many, zipf_exponent
from playground_sampling.strategies import Sample

ZIPF = np.log(1 / np.arange(1, 258, dtype=np.float32) ** 1.1)


class TestMirostatObeysTheLaws(StrategyContract):
    def strategy(self):
        return Mirostat(tau=2.0)


class TestMirostatV1ObeysTheLaws(StrategyContract):
    def strategy(self):
        return MirostatV1(tau=2.0, surprise="renormalised")


def surprises(decoded, surprise):
    """In bits, of every token said: by the model, or among what the cut left."""
    for commit in decoded.commits:
        measured = Candidates(commit.logits) if surprise == "model" else commit.chosen
        yield -measured.logprob_of(commit.token) / math.log(2)


@pytest.mark.parametrize("surprise", ["model", "renormalised"])
@pytest.mark.parametrize("tau", [2.5, 4.0])
@pytest.mark.parametrize("kind", [Mirostat, MirostatV1])
def test_the_mean_surprise_approaches_its_target(kind, tau, surprise):
    # The end, which has the last id, would stop the text: it is never likely.
    model = ScriptedModel(lambda tokens: np.append(ZIPF[:256], -30.0).astype(np.float32))
    decoded = decode(kind(tau=tau, surprise=surprise), model, limit=1500, seed=3)
    said = list(surprises(decoded, surprise))
    assert len(said) == 1500
    assert np.mean(said[100:]) == pytest.approx(tau, abs=0.1)


@given(
    scores=st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=30),
    mu=st.floats(-5, 20, allow_nan=False),
)
def test_version_2_keeps_what_is_less_surprising_than_the_bound_and_the_best(scores, mu):
    candidates = Candidates(np.array(scores, dtype=np.float32))
    chances = [math.exp(score - max(scores)) for score in scores]
    bits = [-math.log2(max(chance / sum(chances), 1e-300)) for chance in chances]
    kept = set(below(candidates, mu).ids.tolist())
    for token, surprise in enumerate(bits):
        if abs(surprise - mu) > 1e-3 and surprise > min(bits) + 1e-3:
            assert (token in kept) == (surprise < mu)
    assert candidates.best() in kept


def test_the_exponent_of_a_zipf_law_is_found():
    assert zipf_exponent(Candidates(ZIPF), 100) == pytest.approx(1.1, abs=1e-4)


@given(mu=st.floats(0, 12), s=st.floats(0.3, 3), size=st.integers(2, 60_000))
def test_version_1_keeps_as_many_as_its_formula_says(mu, s, size):
    e = s - 1
    if abs(e) < 1e-4:
        return
    k = ((e * 2**mu) / (1 - size**-e)) ** (1 / s)
    assert abs(how_many(mu, s, size) - min(size, max(1, int(k)))) <= max(1, 1e-6 * k)


def test_version_1_keeps_all_that_are_alike_and_is_smooth_where_the_exponent_is_1():
    assert how_many(3.0, 0.0, 50) == 50
    assert how_many(6.0, 1.0, 1000) == pytest.approx(how_many(6.0, 1.0 + 1e-6, 1000), abs=1)


def test_a_bound_that_nothing_reaches_and_that_does_not_move_is_sampling():
    plain = decode(Sample(), ToyRecurrent(), limit=30, seed=5).tokens
    for kind in (Mirostat, MirostatV1):
        assert decode(kind(tau=64, eta=0), ToyRecurrent(), limit=30, seed=5).tokens == plain
