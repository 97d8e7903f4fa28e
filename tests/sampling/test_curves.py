"""Truncations by the sorted curve equal slow references written from their definitions."""

import math

import numpy as np
import pytest
import transformers
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.api import Candidates
from playground_sampling.curves import MinK, TailFree, TopH
from playground_sampling.temperature import Temperature


def ranked(candidates):
    """(id, score) in float64, likeliest first, of equal scores the lower id first."""
    pairs = zip(candidates.ids.tolist(), candidates.scores.astype(float).tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def chances_of(order):
    weights = [math.exp(score - order[0][1]) for _, score in order]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def tail_free(candidates, z, sure=assume):
    """Bricken's: second differences, absolute, normalised, summed; centred, the last always cut."""
    order = ranked(candidates)
    p = chances_of(order)
    bends = [abs((p[i] - p[i + 1]) - (p[i + 1] - p[i + 2])) for i in range(len(p) - 2)]
    if len(p) <= 2 or math.fsum(bends) == 0:
        return sorted(token for token, _ in order)
    count, reached, total = 1, 0.0, math.fsum(bends)
    for bend in bends:
        reached += bend / total
        sure(abs(reached - z) > 1e-9)
        if reached > z:
            break
        count += 1
    return sorted(token for token, _ in order[:count])


def min_k(candidates, tau, sure=assume):
    """Algorithm 1 of the paper; the steepest step must be clearly so."""
    order = ranked(candidates)
    scores = [score for _, score in order]
    spread = scores[0] - scores[-1]
    if spread == 0:
        return sorted(token for token, _ in order)
    steps = [(scores[i - 1] - scores[i]) / spread / i for i in range(1, len(scores))]
    sure(len(steps) == 1 or sorted(steps)[-1] - sorted(steps)[-2] > 1e-9)
    sure(abs(tau / spread - round(tau / spread)) > 1e-6 or tau == 0)
    count = max(steps.index(max(steps)) + 1, math.floor(tau / spread))
    return sorted(token for token, _ in order[:count])


@given(data=st.data(), z=st.floats(0, 0.999))
def test_tail_free_is_its_definition(data, z, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    expected = tail_free(candidates, z)
    assert TailFree(z)(candidates, step_after(ids)).ids.tolist() == expected


@given(data=st.data(), tau=st.sampled_from([0.0, 0.5, 3.0, 40.0, 1e4]))
def test_min_k_is_its_definition(data, tau, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    assert MinK(tau)(candidates, step_after(ids)).ids.tolist() == min_k(candidates, tau)


@given(data=st.data(), h=st.floats(0.01, 0.99))
def test_top_h_is_that_of_transformers(
    data, h, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    p = np.array(chances_of(ranked(candidates)[:100]))
    terms = -p * np.log(np.maximum(p, 1e-300))
    assume(np.abs(terms.cumsum() - h * terms.sum()).min() > 1e-4 or terms.sum() < 1e-9)
    # Asked about those left alone: its entropy is NaN where a token was removed.
    left = Candidates(candidates.scores)
    oracle = by_transformers(transformers.TopHLogitsWarper(h), left)
    assert_same(TopH(h)(left, step_after(ids)), oracle)
    ours = TopH(h)(candidates, step_after(ids))
    assert ours.ids.tolist() == candidates.ids[oracle.ids].tolist()


def certain(condition):
    assert condition, "rounding could decide it"


def late_step(size):
    """Nearly flat, then a step so deep that no weight makes an earlier one steeper."""
    scores = np.random.default_rng(1).standard_normal(size) / 1e5
    scores[: size // 20] -= 50
    return scores


SHAPES = {
    "normal": lambda size: np.random.default_rng(2).standard_normal(size),
    "peaked": lambda size: np.where(np.arange(size) == 7, 30, 0) + late_step(size) / 50,
    "late step": late_step,
    "linear": lambda size: np.arange(size) / 1000,
}


@pytest.mark.parametrize("size", [513, 20_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_looking_at_a_head_first_changes_nothing(size, shape, step_after):
    """Also where what decides lies far beyond it."""
    candidates = Candidates(SHAPES[shape](size).astype(np.float32))
    expected = tail_free(candidates, 0.9, sure=certain)
    assert TailFree(0.9)(candidates, step_after()).ids.tolist() == expected
    if shape != "linear":  # of which every step is the steepest, but for float32's grain
        assert MinK(0.0)(candidates, step_after()).ids.tolist() == min_k(candidates, 0.0, certain)


@given(data=st.data(), t=st.floats(0.2, 10))
def test_temperature_does_not_move_the_step_of_min_k(data, t, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    expected = min_k(candidates, 0.0)
    hot = Temperature(t)(candidates, step_after(ids))
    assert MinK(0.0)(hot, step_after(ids)).ids.tolist() == expected


@given(data=st.data(), stage=st.sampled_from([TailFree(0.9), TopH(0.5), MinK(1.0)]))
def test_of_equal_scores_the_lower_ids_stand(data, stage, given_ties, step_after):
    candidates = data.draw(given_ties)
    left = stage(candidates, step_after()).ids.tolist()
    order = [token for token, _ in ranked(candidates)]
    assert left == sorted(order[: len(left)])


def test_a_flat_distribution_has_no_tail_and_no_step(step_after):
    flat = Candidates(np.zeros(5_000, dtype=np.float32))
    assert TailFree(0.5)(flat, step_after()) is flat
    assert MinK()(flat, step_after()) is flat


def test_tail_free_0_keeps_what_comes_before_the_first_bend(step_after):
    sizes = (3, 2_000)
    for scores in (np.random.default_rng(0).standard_normal(size) for size in sizes):
        candidates = Candidates(scores.astype(np.float32))
        assert TailFree(0.0)(candidates, step_after()).ids.tolist() == [scores.argmax()]


def test_min_k_keeps_more_where_scores_differ_little(step_after):
    gentle = Candidates(np.array([0.0, -0.2, -0.3, -0.4, -0.5], dtype=np.float32))
    assert len(MinK(0.0)(gentle, step_after())) == 1
    assert len(MinK(2.0)(gentle, step_after())) == 4  # 2.0 / 0.5


def test_top_h_of_all_judges_more_than_a_hundred(step_after):
    flat = Candidates(np.zeros(1_000, dtype=np.float32))
    assert len(TopH(0.505)(flat, step_after())) == 50
    assert len(TopH(0.5005, among=10**9)(flat, step_after())) == 500
