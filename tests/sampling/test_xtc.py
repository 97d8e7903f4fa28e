"""XTC equals a slow reference written from its description, and is drawn from the seed."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput
from playground_sampling.xtc import STREAM, Xtc

CHANCES = np.array([0.4, 0.3, 0.15, 0.1, 0.05])


def candidates():
    return Candidates(np.log(CHANCES).astype(np.float32))


def excluded(given_to, threshold):
    """All top choices but the least likely, of equal ones the highest id."""
    scores = given_to.scores.astype(np.float64)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    assume(np.abs(np.log(chances + 1e-300) - np.log(threshold)).min() > 1e-4)
    tops = [
        pair for pair in zip(-scores, given_to.ids, chances, strict=True) if pair[2] >= threshold
    ]
    return {int(token) for _, token, _ in sorted(tops)[:-1]}


@given(data=st.data(), threshold=st.floats(1e-4, 0.5))
def test_what_it_excludes_is_its_definition(data, threshold, given_candidates, step_after):
    before, ids, _ = data.draw(given_candidates)
    left = Xtc(threshold, 1.0)(before, step_after(ids))
    assert set(before.ids.tolist()) - set(left.ids.tolist()) == excluded(before, threshold)


@given(data=st.data())
def test_of_equal_top_choices_one_stays(data, given_ties, step_after):
    before = data.draw(given_ties)
    left = Xtc(1e-6, 1.0)(before, step_after())
    assert set(before.ids.tolist()) - set(left.ids.tolist()) == excluded(before, 1e-6)


@pytest.mark.parametrize("probability", [0.0, 0.2, 0.7, 1.0])
def test_it_acts_as_often_as_it_is_told_to(probability, step_after):
    steps = [step_after([0], seed=seed) for seed in range(4_000)]
    acted = sum(len(Xtc(0.1, probability)(candidates(), step)) < 5 for step in steps)
    # Four standard deviations of a share are at most 4 * sqrt(0.25 / 4000).
    assert acted / len(steps) == pytest.approx(probability, abs=0.032)


def test_it_draws_from_its_own_stream_by_seed_and_position(step_after):
    for seed in range(50):
        step = step_after([1, 2, 3], seed=seed)
        acts = step.noise.uniform(3, STREAM) < 0.5
        assert (len(Xtc()(candidates(), step)) < 5) == acts


def test_a_single_top_choice_stays(step_after):
    assert len(Xtc(0.35, 1.0)(candidates(), step_after())) == 5


def test_a_protected_token_keeps_all(step_after):
    assert (
        Xtc(0.1, 1.0, 1)(candidates(), step_after()).ids.tolist()
        == CHANCES.argsort()[::-1].tolist()
    )
    assert Xtc(0.1, 1.0, (3, 4))(candidates(), step_after()).ids.tolist() == [3, 4]


def test_a_threshold_beyond_a_half_says_that_it_never_acts(step_after):
    assert Xtc(0.51, 1.0)(candidates(), step_after()).ids.tolist() == [0, 1, 2, 3, 4]
    assert "never acts" in Xtc(0.51).notices()[0]
    assert Xtc().notices() == ()


def test_an_unknown_token_to_protect_is_named(step_after):
    with pytest.raises(InvalidInput, match="xtc: 9 is no token of a vocabulary of 5"):
        Xtc(0.1, 1.0, 9)(candidates(), step_after())
