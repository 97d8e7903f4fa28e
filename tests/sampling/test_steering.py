"""sequence_bias agrees with transformers; logit_bias adds what it is told to."""

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput
from playground.api.options import build
from playground.testing import CharTokenizer
from playground_sampling.steering import LogitBias, SequenceBias

vocabulary = 6


def even(size=vocabulary):
    return Candidates(np.zeros(size, dtype=np.float32))


@given(
    ids=st.lists(st.integers(0, 3), min_size=1, max_size=9),
    biases=st.dictionaries(
        st.lists(st.integers(0, vocabulary - 1), min_size=1, max_size=3).map(tuple),
        st.floats(-100, 100),
        min_size=1,
        max_size=6,
    ),
)
def test_sequence_bias_is_that_of_transformers(
    ids, biases, step_after, by_transformers, assert_same
):
    pairs = [[list(sequence), bias] for sequence, bias in biases.items()]
    oracle = by_transformers(transformers.SequenceBiasLogitsProcessor(pairs), even(), ids)
    assert_same(SequenceBias(biases)(even(), step_after(ids)), oracle)


def test_sequences_are_texts_ids_and_tuples_of_ids(step_after):
    step = step_after([0, 1], 2, CharTokenizer("abcde"))
    stage = build(SequenceBias, {"biases": {"abc": 1.0, "d": 2.0, (1, 2): 4.0, 5: 8.0}})
    assert stage(even(), step).scores.tolist() == [0, 0, 5, 2, 0, 8]


@given(biases=st.dictionaries(st.integers(0, vocabulary - 1), st.floats(-100, 100), max_size=4))
def test_logit_bias_is_transformers_sequence_bias_of_single_tokens(
    biases, step_after, by_transformers, assert_same
):
    pairs = [[[token], bias] for token, bias in biases.items()] or [[[0], 0.0]]
    oracle = by_transformers(transformers.SequenceBiasLogitsProcessor(pairs), even(), [0])
    assert_same(LogitBias(biases)(even(), step_after([0])), oracle)


def test_a_removed_token_stays_removed_whatever_its_bias(step_after):
    narrowed = Candidates(np.array([1, 2, 3], dtype=np.float32)).top(2)
    assert LogitBias({0: 100.0})(narrowed, step_after()).ids.tolist() == [1, 2]


def test_a_token_outside_the_vocabulary_is_named(step_after):
    with pytest.raises(InvalidInput, match="50256 is no token of a vocabulary of 6"):
        LogitBias({50256: 1.0})(even().top(2), step_after())


@pytest.mark.parametrize("bias", [101, float("inf"), float("nan"), "1"])
def test_biases_are_within_the_range_of_the_api(bias):
    with pytest.raises(InvalidInput, match="biases must be"):
        build(LogitBias, {"biases": {1: bias}})
