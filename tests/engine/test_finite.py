"""NaN and infinity are found wherever they stand, and large numbers are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from playground.engine.finite import all_finite

LARGEST = float(np.finfo(np.float32).max)
numbers = arrays(np.float32, array_shapes(max_dims=2), elements=st.floats(width=32))


@given(numbers)
def test_is_what_looking_at_every_number_says(values):
    assert all_finite(values) == np.isfinite(values).all()


@pytest.mark.parametrize("stranger", [np.nan, np.inf, -np.inf])
def test_one_in_a_vocabulary_is_found(stranger):
    row = np.zeros((1, 50_257), dtype=np.float32)
    assert all_finite(row)
    row[0, 31_415] = stranger
    assert not all_finite(row)


def test_numbers_whose_sum_overflows_are_finite():
    assert all_finite(np.full(1_000, LARGEST, dtype=np.float32))


def test_infinities_that_would_cancel_are_found():
    assert not all_finite(np.array([np.inf, -np.inf], dtype=np.float32))


def test_nothing_is_finite():
    assert all_finite(np.empty((0, 7), dtype=np.float32))
