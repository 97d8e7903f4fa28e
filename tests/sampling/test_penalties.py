"""Penalties: transformers' for repetition, the definition of OpenAI's API for the other two."""

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground_sampling.penalties import (
    EncoderRepetition,
    FrequencyPenalty,
    PresencePenalty,
    RepetitionPenalty,
)

amount = st.floats(-2, 2)


@given(data=st.data(), penalty=st.floats(0.1, 5))
def test_repetition_penalty_is_that_of_transformers(
    data, penalty, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, prompt = data.draw(given_candidates)
    processor = transformers.RepetitionPenaltyLogitsProcessor(penalty)
    oracle = by_transformers(processor, candidates, ids)
    assert_same(RepetitionPenalty(penalty)(candidates, step_after(ids, prompt)), oracle)


@given(data=st.data(), penalty=st.floats(0.1, 5))
def test_encoder_repetition_is_that_of_transformers(
    data, penalty, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, prompt = data.draw(given_candidates)
    if prompt == 0:  # transformers' fails
        assert EncoderRepetition(penalty)(candidates, step_after(ids, 0)) is candidates
        return
    processor = transformers.EncoderRepetitionPenaltyLogitsProcessor(
        penalty, torch.tensor([ids[:prompt]])
    )
    oracle = by_transformers(processor, candidates, ids)
    assert_same(EncoderRepetition(penalty)(candidates, step_after(ids, prompt)), oracle)


@given(data=st.data())
def test_the_prompt_can_be_left_out_of_the_repetition_penalty(
    data, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, prompt = data.draw(given_candidates)
    processor = transformers.RepetitionPenaltyLogitsProcessor(1.4, prompt_ignore_length=prompt)
    oracle = by_transformers(processor, candidates, ids)
    ours = RepetitionPenalty(1.4, scope="generated")
    assert_same(ours(candidates, step_after(ids, prompt)), oracle)


@pytest.mark.parametrize("kind", [RepetitionPenalty, PresencePenalty, FrequencyPenalty])
@given(data=st.data(), last=st.integers(1, 70))
def test_a_window_counts_as_if_the_text_began_with_it(
    kind, data, last, given_candidates, step_after
):
    candidates, ids, prompt = data.draw(given_candidates)
    for scope, counted in (("all", ids), ("generated", ids[prompt:])):
        ours = kind(1.5, scope=scope, last=last)(candidates, step_after(ids, prompt))
        shown = kind(1.5, scope="all")(candidates, step_after(counted[-last:], 0))
        assert ours.scores.tolist() == shown.scores.tolist()


@given(data=st.data(), presence=amount, frequency=amount)
def test_presence_and_frequency_are_those_of_openai(
    data, presence, frequency, given_candidates, step_after
):
    """mu[j] - c[j] * alpha_frequency - float(c[j] > 0) * alpha_presence"""
    candidates, ids, prompt = data.draw(given_candidates)
    step = step_after(ids, prompt)
    counts = np.bincount(ids[prompt:], minlength=candidates.vocabulary)[candidates.ids]
    expected = candidates.scores - counts * frequency - (counts > 0) * presence
    penalised = PresencePenalty(presence)(FrequencyPenalty(frequency)(candidates, step), step)
    np.testing.assert_allclose(penalised.scores, expected, rtol=1e-5, atol=1e-4)


def test_the_prompt_counts_for_repetition_only(step_after):
    candidates = Candidates(np.array([1, 2], dtype=np.float32))
    step = step_after([0, 0, 1], prompt_length=2)
    assert RepetitionPenalty(2.0)(candidates, step).scores.tolist() == [0.5, 1]
    assert PresencePenalty(1.0)(candidates, step).scores.tolist() == [1, 1]
    assert FrequencyPenalty(1.0)(candidates, step).scores.tolist() == [1, 1]


def test_frequency_counts_and_presence_does_not(step_after):
    candidates = Candidates(np.array([5, 5], dtype=np.float32))
    step = step_after([1, 1, 1])
    assert FrequencyPenalty(1.0)(candidates, step).scores.tolist() == [5, 2]
    assert PresencePenalty(1.0)(candidates, step).scores.tolist() == [5, 4]


def test_tokens_outside_the_model_s_vocabulary_are_passed_over(step_after):
    candidates = Candidates(np.array([1, 2], dtype=np.float32))
    step = step_after([7, 9])
    for processor in (RepetitionPenalty(2.0), PresencePenalty(1.0), FrequencyPenalty(1.0)):
        assert processor(candidates, step) is candidates
