"""Figures of a text obey their laws and their definitions, written again the slow way."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.session.metrics import REPEATED, distinct, mean_rank, perplexity, repetition

TOKENS = st.lists(st.integers(0, 4), max_size=30)
LOGPROBS = st.lists(st.floats(-30, 0), min_size=1, max_size=30)


@given(LOGPROBS)
def test_perplexity_is_the_inverse_geometric_mean_of_the_probabilities(logprobs):
    chances = [math.exp(each) for each in logprobs]
    expected = 1 / math.prod(chance ** (1 / len(chances)) for chance in chances)
    assert perplexity(logprobs) == pytest.approx(expected, rel=1e-9)


@given(st.integers(1, 1000), st.integers(1, 20))
def test_a_uniform_choice_among_n_has_perplexity_n(n, length):
    assert perplexity([-math.log(n)] * length) == pytest.approx(n)


def test_an_impossible_token_is_infinitely_perplexing_and_no_token_is_not_perplexing():
    assert perplexity([-1.0, -math.inf]) == math.inf
    assert perplexity([-1e6]) == math.inf
    assert perplexity([]) is None
    assert mean_rank([]) is None


@given(TOKENS, st.integers(1, 5))
def test_distinct_counts_the_runs_that_are_new(tokens, n):
    seen, new, runs = [], 0, 0
    for end in range(n, len(tokens) + 1):
        run = tokens[end - n : end]
        runs += 1
        new += run not in seen
        seen.append(run)
    assert distinct(tokens, n) == (new / runs if runs else 1.0)


@given(TOKENS)
def test_repetition_is_what_is_not_distinct_and_never_falls_when_a_text_is_said_twice(tokens):
    assert repetition(tokens) == 1 - distinct(tokens, REPEATED)
    assert 0 <= repetition(tokens) <= 1
    if len(tokens) >= REPEATED:
        assert repetition(tokens * 2) >= repetition(tokens) - 1e-12
        assert repetition(tokens * 2) > 0


@given(st.lists(st.integers(), unique=True, max_size=30))
def test_what_never_repeats_is_wholly_distinct(tokens):
    assert distinct(tokens, 1) == distinct(tokens, 2) == 1
    assert repetition(tokens) == 0


@given(st.lists(st.integers(0, 50_000), min_size=1))
def test_the_mean_rank_lies_between_the_lowest_and_the_highest(ranks):
    assert min(ranks) <= mean_rank(ranks) <= max(ranks)
