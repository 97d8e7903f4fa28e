"""A choice is said whole, in the tokens that the tokenizer reads it in, and nothing else is."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput
from playground.testing import CharTokenizer, ScriptedModel, decode
from playground_charrnn.tokenizer import CharTokenizer as CharRnnTokenizer
from playground_charrnn.vocabulary import Vocabulary
from playground_constraints.choices import Choices
from playground_sampling.strategies import Sample
from playground_search.beam import Beam

words = st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=6)


@given(words, st.integers(0, 2**32))
def test_one_of_the_choices_is_said(tokenizer_of, speak, text_of, choices, seed):
    tokenizer = tokenizer_of("bytes")
    decoded = speak(tokenizer, Choices(tuple(choices)), seed=seed)
    assert text_of(tokenizer, decoded.tokens) in choices


@given(st.integers(0, 2**32))
def test_in_the_tokens_of_every_tokenizer(tokenizer, speak, text_of, seed):
    choices = ("yes", "no", "maybe not")
    decoded = speak(tokenizer, Choices(choices), seed=seed)
    spoken = [token for token in decoded.tokens if token not in tokenizer.eos_ids]
    assert spoken in [tokenizer.encode(choice) for choice in choices]


def test_the_likeliest_choice_is_what_beam_search_finds():
    tokenizer = CharTokenizer("abc")
    model = ScriptedModel(
        lambda tokens: {"a": 0.5, "b": 0.3, "c": 0.1, "": 0.1}, tokenizer=tokenizer
    )
    stage = Choices(("ab", "ca", "cc"))
    assert decode(Beam(3), model, "a", processors=[stage]).text == "ab"


def test_choices_are_drawn_by_the_models_probabilities_token_by_token():
    tokenizer = CharTokenizer("abc")
    model = ScriptedModel(
        lambda tokens: {"a": 0.5, "b": 0.3, "c": 0.1, "": 0.1}, tokenizer=tokenizer
    )
    stage = Choices(("a", "c"))
    said = Counter(
        decode(Sample(), model, "a", processors=[stage], seed=seed).text for seed in range(600)
    )
    assert said.keys() == {"a", "c"}
    assert abs(said["a"] / 600 - 5 / 6) < 4 * math.sqrt(5 / 36 / 600)


def test_a_choice_that_begins_another_can_be_said_where_the_model_can_end(tokenizer_of, speak):
    tokenizer = tokenizer_of("bytes")
    stage = Choices(("no", "nothing"))
    said = {speak(tokenizer, stage, seed=seed).text for seed in range(40)}
    assert said == {"no", "nothing"}


def test_and_is_an_error_where_it_cannot(tokenizer_of, speak):
    with pytest.raises(InvalidInput, match="'no' is how another choice begins"):
        speak(tokenizer_of("char-rnn"), Choices(("nothing", "no")))


def test_a_choice_that_the_model_cannot_spell_is_named(speak):
    with pytest.raises(InvalidInput, match="choices: 'ax'"):
        speak(CharTokenizer("ab"), Choices(("ab", "ax")))
    dropping = CharRnnTokenizer(Vocabulary("ab"), drop_unknown=True)
    with pytest.raises(InvalidInput, match="choices: 'ax': dropped 1 character"):
        speak(dropping, Choices(("ab", "ax")))


@pytest.mark.parametrize("choices", [(), ("a", "")])
def test_nothing_to_say_is_an_error_when_the_chain_is_made(choices):
    with pytest.raises(InvalidInput, match="choices: "):
        Choices(choices)


def test_candidates_narrowed_too_early_are_named(tokenizer_of):
    from playground.testing import step_after

    step = step_after([3], tokenizer=tokenizer_of("bytes"))
    few = Candidates(np.arange(257, dtype=np.float32)).top(4)
    with pytest.raises(InvalidInput, match="among the 4 candidates left"):
        Choices(("a",))(few, step)
