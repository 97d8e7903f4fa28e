"""Scalings equal their formulas in float64, and are greedy where their temperature is 0."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground_sampling.scaling import DynamicTemperature, Edt, Quadratic


def entropy_of(candidates):
    scores = candidates.scores.astype(np.float64)
    weights = np.exp(scores - scores.max())
    p = weights / weights.sum()
    return -sum(x * math.log(x) for x in p.tolist() if x > 0)


def assert_divided(ours, candidates, t):
    """Scores are those of `candidates` over `t`; where that is nearly 0, only the best is left."""
    if t < 1e-6:
        assert ours.ids.tolist() == [candidates.best()]
    elif t > 2e-6:
        np.testing.assert_allclose(ours.scores, candidates.scores / t, rtol=2e-3, atol=1e-5)


@given(data=st.data(), low=st.floats(0, 5), high=st.floats(0, 5), exponent=st.floats(0.05, 10))
def test_dynamic_temperature_is_its_definition(
    data, low, high, exponent, given_candidates, step_after
):
    candidates, ids, _ = data.draw(given_candidates)
    ours = DynamicTemperature(low, high, exponent)(candidates, step_after(ids))
    if len(candidates) == 1:
        assert ours is candidates
        return
    share = entropy_of(candidates) / math.log(len(candidates))
    if share > 1e-4:  # float32's own entropy is uncertain below
        assert_divided(ours, candidates, low + (high - low) * share**exponent)


@given(data=st.data(), t=st.floats(0, 5), theta=st.floats(0, 20))
def test_edt_is_its_definition(data, t, theta, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    entropy = entropy_of(candidates)
    ours = Edt(t, theta)(candidates, step_after(ids))
    if entropy > 1e-2 and theta / entropy < 200:
        assert_divided(ours, candidates, t * 0.8 ** (theta / entropy))
    elif theta == 0:
        assert_divided(ours, candidates, t)


@given(data=st.data(), factor=st.floats(0.001, 10), curve=st.floats(1, 10))
def test_quadratic_is_its_definition(data, factor, curve, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    best = float(candidates.scores.max())
    k, s = (3 - curve) / 2, (curve - 1) / 2
    expected = [
        -(k * factor * (x - best) ** 2) + s * factor * (x - best) ** 3 + best
        for x in candidates.scores.astype(float).tolist()
    ]
    ours = Quadratic(factor, curve)(candidates, step_after(ids))
    np.testing.assert_allclose(ours.scores, expected, rtol=1e-3, atol=1e-3)


def test_the_surer_the_model_the_colder(step_after):
    sure = Candidates(np.array([3, 0, 0], dtype=np.float32))
    unsure = Candidates(np.array([0.1, 0, 0], dtype=np.float32))
    for stage in (DynamicTemperature(0.5, 2.0), Edt(1.5, 0.5)):
        colder = [np.ptp(stage(c, step_after()).scores) / np.ptp(c.scores) for c in (sure, unsure)]
        assert colder[0] > colder[1]


def test_without_entropy_edt_keeps_the_best(step_after):
    certain = Candidates(np.array([0, 500, 0], dtype=np.float32))
    assert Edt()(certain, step_after()).ids.tolist() == [1]


@pytest.mark.parametrize("curve", [1.0, 2.0, 10.0])
def test_extreme_scores_stay_finite(curve, step_after):
    candidates = Candidates(np.array([0, -1e15, 1e15, -3e38], dtype=np.float32))
    assert np.isfinite(Quadratic(10.0, curve)(candidates, step_after()).scores).all()
