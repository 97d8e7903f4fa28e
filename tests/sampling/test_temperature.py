"""Temperature scales like transformers', and 0 is greedy."""

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground_sampling.temperature import Temperature


@given(data=st.data(), t=st.floats(0.01, 100))
def test_temperature_is_that_of_transformers(
    data, t, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    oracle = by_transformers(transformers.TemperatureLogitsWarper(t), candidates)
    assert_same(Temperature(t)(candidates, step_after(ids)), oracle)


@pytest.mark.parametrize("t", [0.0, 1e-30])
def test_temperature_0_narrows_to_the_best_and_says_so(t, step_after):
    candidates = Candidates(np.array([1, 3, 3, 2], dtype=np.float32))
    assert Temperature(t)(candidates, step_after()).ids.tolist() == [1]
    assert Temperature(t).notices() == (f"temperature {t:g} is greedy: the likeliest token",)


def test_a_plain_temperature_has_nothing_to_say():
    assert Temperature(0.7).notices() == ()


def test_cold_temperatures_stay_finite(step_after):
    candidates = Candidates(np.array([-1000, 1000], dtype=np.float32))
    assert np.isfinite(Temperature(1e-6)(candidates, step_after()).scores).all()
