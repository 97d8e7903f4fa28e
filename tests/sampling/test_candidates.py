"""Candidates against their definitions in double precision."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground.api.candidates import top_indices


@given(data=st.data())
def test_probabilities_are_the_softmax(data, given_candidates):
    candidates, _, _ = data.draw(given_candidates)
    exact = np.exp(candidates.scores.astype(np.float64) - float(candidates.scores.max()))
    exact /= exact.sum()
    np.testing.assert_allclose(candidates.probabilities(), exact, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(np.exp(candidates.log_probabilities()), exact, rtol=1e-4, atol=1e-9)
    entropy = -sum(p * math.log(p) for p in exact.tolist() if p > 0)
    assert math.isclose(candidates.entropy(), entropy, rel_tol=1e-4, abs_tol=1e-5)
    token = int(candidates.ids[-1])
    assert math.isclose(candidates.logprob_of(token), math.log(exact[-1]), abs_tol=1e-3)


def test_the_entropy_of_an_even_distribution_is_the_log_of_its_size():
    even = Candidates(np.full(50_257, -80, dtype=np.float32))
    assert math.isclose(even.entropy(), math.log(50_257), rel_tol=1e-6)


@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([1, 5, 63, 64, 300, 5_000, 20_011]),
    k=st.one_of(st.integers(0, 60), st.integers(0, 21_000)),
    levels=st.sampled_from([2, 50, 10**9]),
)
def test_the_top_k_are_those_of_a_stable_sort(seed, size, k, levels):
    """Few levels make many ties; of equal scores the lower id comes first."""
    scores = np.random.default_rng(seed).integers(-levels, levels, size).astype(np.float32)
    expected = np.argsort(-scores, kind="stable")[:k]
    assert top_indices(scores, k).tolist() == expected.tolist()
    assert Candidates(scores).top(k).ids.tolist() == sorted(expected.tolist())


def test_removing_keeps_ids_scores_and_the_vocabulary_s_size():
    candidates = Candidates(np.array([5, 1, 4, 2], dtype=np.float32))
    narrowed = candidates.keep(candidates.scores > 1).top(2)
    assert candidates.whole
    assert not narrowed.whole
    assert narrowed.ids.tolist() == [0, 2]
    assert narrowed.scores.tolist() == [5, 4]
    assert narrowed.vocabulary == narrowed.rescored(narrowed.scores).vocabulary == 4


@given(st.lists(st.integers(-9, 9), min_size=8, max_size=8))
def test_tokens_are_within_others_where_each_of_them_stands_there(levels):
    """Made by narrowing or by hand, by the same candidates or by others."""
    scores = np.array(levels, dtype=np.float32)
    whole = Candidates(scores)
    five = whole.top(5)
    narrowed = [whole, five, five.top(2), five.rescored(np.zeros(5)), whole.keep(scores >= 0)]
    by_hand = [Candidates(each.scores, each.ids.copy(), 8) for each in narrowed]
    strange = [whole.at(np.array([1, 6])), whole.at(np.array([3, 3])), Candidates(np.zeros(9))]
    for some in narrowed + by_hand + strange:
        ids = some.ids.tolist()
        for others in narrowed + by_hand:
            stand = len(set(ids)) == len(ids) and set(ids) <= set(others.ids.tolist())
            assert some.within(others) == stand


def test_find_gives_the_places_of_those_that_stand():
    whole = Candidates(np.arange(6, dtype=np.float32))
    narrowed = whole.keep(whole.scores >= 3)  # ids 3, 4, 5
    assert whole.find([5, 0, 5, 99, -1]).tolist() == [0, 5]
    assert narrowed.find([5, 0, 4, 5, 99, -1]).tolist() == [1, 2]
    assert narrowed.find(np.array([5, 5, 0])).tolist() == [2]
    assert narrowed.find([]).tolist() == []


def test_ranks_and_log_probabilities_of_tokens_that_fell():
    candidates = Candidates(np.array([1, 3, 2], dtype=np.float32)).top(2)
    assert [candidates.rank_of(token) for token in (1, 2, 0)] == [0, 1, 2]
    assert candidates.logprob_of(0) == -math.inf
    assert candidates.best() == 1
