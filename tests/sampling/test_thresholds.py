"""Truncations by a threshold agree with transformers, or with their papers' formulas in float64."""

import math

import numpy as np
import pytest
import transformers
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.api import Candidates
from playground_sampling.temperature import Temperature
from playground_sampling.thresholds import Epsilon, Eta, PLess, TopA, TopNSigma

probability = st.floats(1e-5, 0.999)


def chances_of(candidates):
    """Probabilities in float64, straight from the definition."""
    scores = candidates.scores.astype(np.float64)
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def at_least(candidates, threshold):
    """The ids of those as likely as `threshold`, or of the best, unless rounding could decide it."""
    chances = chances_of(candidates)
    assume(np.abs(np.log((chances + 1e-300) / (threshold + 1e-300))).min() > 1e-4)
    kept = chances >= min(threshold, chances.max())
    return candidates.ids[kept].tolist()


@given(data=st.data(), a=probability)
def test_top_a_is_its_definition(data, a, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    expected = at_least(candidates, a * chances_of(candidates).max() ** 2)
    assert TopA(a)(candidates, step_after(ids)).ids.tolist() == expected


@given(data=st.data(), epsilon=probability)
def test_epsilon_is_that_of_transformers(
    data, epsilon, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    assume(np.abs(np.log(chances_of(candidates) + 1e-300) - math.log(epsilon)).min() > 1e-4)
    oracle = by_transformers(transformers.EpsilonLogitsWarper(epsilon), candidates)
    assert_same(Epsilon(epsilon)(candidates, step_after(ids)), oracle)


@given(data=st.data(), epsilon=probability)
def test_eta_is_that_of_transformers(
    data, epsilon, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    chances = chances_of(candidates)
    entropy = -(chances * np.log(chances + 1e-300)).sum()
    eta = min(epsilon, math.sqrt(epsilon) * math.exp(-entropy))
    assume(np.abs(np.log(chances + 1e-300) - math.log(eta)).min() > 1e-3)
    # transformers' own entropy is NaN where a token was removed, so it is asked about those left.
    oracle = by_transformers(transformers.EtaLogitsWarper(epsilon), Candidates(candidates.scores))
    ours = Eta(epsilon)(candidates, step_after(ids))
    assert_same(Eta(epsilon)(Candidates(candidates.scores), step_after(ids)), oracle)
    assert ours.ids.tolist() == candidates.ids[oracle.ids].tolist()


@given(data=st.data(), n=st.floats(0.05, 5))
def test_top_n_sigma_is_its_definition(data, n, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    scores = candidates.scores.astype(np.float64)
    lowest = scores.max() - n * scores.std()
    assume(len(scores) == 1 or np.abs(scores - lowest).min() > 1e-4)
    expected = candidates.ids[scores >= lowest].tolist()
    assert TopNSigma(n)(candidates, step_after(ids)).ids.tolist() == expected


@given(data=st.data(), t=st.floats(0.2, 10))
def test_temperature_does_not_move_top_n_sigma(data, t, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    step = step_after(ids)
    scores = candidates.scores.astype(np.float64)
    assume(len(scores) == 1 or np.abs(scores - (scores.max() - scores.std())).min() > 1e-3)
    hot = TopNSigma()(Temperature(t)(candidates, step), step)
    assert hot.ids.tolist() == TopNSigma()(candidates, step).ids.tolist()


@pytest.mark.parametrize("normalized", [False, True])
@given(data=st.data())
def test_p_less_is_its_definition(data, normalized, given_candidates, step_after):
    candidates, ids, _ = data.draw(given_candidates)
    assume(len(candidates) > 1)
    chances = chances_of(candidates)
    threshold = sum(p * p for p in chances)
    if normalized:
        # The chance of two draws u, v that differ is the sum of p_u p_v over them: 1 less the above.
        threshold -= (1 - threshold) / (len(chances) - 1)
    expected = at_least(candidates, max(threshold, 0))
    assert PLess(normalized)(candidates, step_after(ids)).ids.tolist() == expected


@pytest.mark.parametrize(
    "stage", [TopA(1.0), Epsilon(0.9), Eta(0.9), TopNSigma(1e-6), PLess(), PLess(True)]
)
@given(data=st.data())
def test_of_equal_scores_all_stand_or_none(stage, data, given_ties, step_after):
    candidates = data.draw(given_ties)
    left = stage(candidates, step_after())
    assert len(left) >= 1
    assert left.scores.max() == candidates.highest
    assert np.isin(candidates.scores, left.scores).sum() == len(left)


@pytest.mark.parametrize("size", [1, 2, 50_257])
def test_of_a_flat_distribution_all_stand(size, step_after):
    flat = Candidates(np.full(size, 3.0, dtype=np.float32))
    for stage in (TopA(1.0), Epsilon(0.5), Eta(0.5), TopNSigma(0.1), PLess(), PLess(True)):
        assert stage(flat, step_after()) is flat


def test_p_less_normalized_keeps_more(step_after):
    candidates = Candidates(np.log(np.array([0.5, 0.3, 0.2])).astype(np.float32))
    assert PLess()(candidates, step_after()).ids.tolist() == [0]  # 0.25 + 0.09 + 0.04 = 0.38
    assert PLess(True)(candidates, step_after()).ids.tolist() == [0, 1, 2]  # 0.38 - 0.62 / 2 = 0.07
