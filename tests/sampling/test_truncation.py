"""Truncations agree with transformers on random distributions, also after earlier stages."""

import math

import numpy as np
import pytest
import transformers
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.api import Candidates
from playground_sampling.truncation import MinP, TopK, TopP, Typical

probability = st.floats(0.01, 0.999)


def assume_no_edge(masses, p):
    """Which side of p a rounded sum falls on is not what is tested."""
    assume(np.abs(masses - p).min() > 1e-4)


@given(data=st.data(), k=st.integers(1, 800))
def test_top_k_is_that_of_transformers(
    data, k, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    oracle = by_transformers(transformers.TopKLogitsWarper(k), candidates)
    assert_same(TopK(k)(candidates, step_after(ids)), oracle)


@given(data=st.data(), k=st.integers(1, 50))
def test_top_k_keeps_ties_as_transformers_does_where_it_is_told_to(
    data, k, given_ties, step_after, by_transformers, assert_same
):
    candidates = data.draw(given_ties)
    oracle = by_transformers(transformers.TopKLogitsWarper(k), candidates)
    assert_same(TopK(k, ties="keep")(candidates, step_after()), oracle)
    cut = TopK(k)(candidates, step_after())
    assert len(cut) == min(k, len(candidates))
    assert oracle.find(cut.ids).size == len(cut)


@given(data=st.data(), p=probability)
def test_top_p_is_that_of_transformers(
    data, p, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    chances = np.sort(candidates.probabilities().astype(np.float64))[::-1]
    assume_no_edge(chances.cumsum(), p)
    oracle = by_transformers(transformers.TopPLogitsWarper(p), candidates)
    assert_same(TopP(p)(candidates, step_after(ids)), oracle)


@given(data=st.data(), p=probability)
def test_min_p_is_that_of_transformers(
    data, p, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    chances = candidates.probabilities()
    assume(np.abs(np.log(chances / chances.max() + 1e-30) - math.log(p)).min() > 1e-4)
    oracle = by_transformers(transformers.MinPLogitsWarper(p), candidates)
    assert_same(MinP(p)(candidates, step_after(ids)), oracle)


@given(data=st.data(), p=probability)
def test_typical_is_that_of_transformers(
    data, p, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, _ = data.draw(given_candidates)
    distances = np.abs(candidates.log_probabilities() + candidates.entropy())
    order = np.argsort(distances)
    assume_no_edge(candidates.probabilities()[order].astype(np.float64).cumsum(), p)
    assume(len(order) == 1 or np.diff(distances[order]).min() > 1e-5 * (1 + distances.max()))
    oracle = by_transformers(transformers.TypicalLogitsWarper(p), candidates)
    assert_same(Typical(p)(candidates, step_after(ids)), oracle)


def test_of_equal_scores_the_lower_ids_stand(step_after):
    ties = Candidates(np.array([0, 2, 1, 2, 1, 1], dtype=np.float32))
    assert TopK(3)(ties, step_after()).ids.tolist() == [1, 2, 3]
    assert TopP(0.7)(ties, step_after()).ids.tolist() == [1, 2, 3]


@pytest.mark.parametrize("size", [5, 50_257])
def test_top_p_of_equal_scores_keeps_just_enough(size, step_after):
    even = Candidates(np.zeros(size, dtype=np.float32))
    assert len(TopP(0.5)(even, step_after())) == math.ceil(size / 2)


def test_top_k_beyond_the_vocabulary_keeps_all(step_after):
    candidates = Candidates(np.arange(3, dtype=np.float32))
    assert TopK(10**6)(candidates, step_after()) is candidates


def test_top_p_0_keeps_the_best_and_says_so(step_after):
    candidates = Candidates(np.array([1, 3, 2], dtype=np.float32))
    assert TopP(0.0)(candidates, step_after()).ids.tolist() == [1]
    assert TopP(0.0).notices() == ("top_p 0 is greedy: the likeliest token",)
    assert TopP(0.9).notices() == ()


def test_typical_removes_a_token_that_is_too_likely(step_after):
    """What tells it from top_p: much of the mass on one token, spread evenly otherwise."""
    chances = np.array([0.4] + [0.012] * 50)
    left = Typical(0.4)(Candidates(np.log(chances).astype(np.float32)), step_after())
    assert 0 not in left.ids.tolist()


def test_typical_looks_at_rare_tokens_where_they_are_the_typical_ones(step_after, by_transformers):
    """A single token holds nearly all: then no rare one can be left out of the ordering unseen."""
    scores = np.zeros(2_000, dtype=np.float32)
    scores[7], scores[8:11] = 9.0, 1.0
    candidates = Candidates(scores)
    for p in (0.05, 0.1, 0.2, 0.5):
        oracle = by_transformers(transformers.TypicalLogitsWarper(p), candidates)
        assert Typical(p)(candidates, step_after()).ids.tolist() == oracle.ids.tolist()
