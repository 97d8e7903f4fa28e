"""Bans agree with transformers; texts are read by the model's tokenizer."""

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput
from playground.testing import CharTokenizer
from playground_sampling.bans import Allow, BadWords, NoRepeatNGram, Suppress

VOCABULARY = 6
LETTERS = CharTokenizer("abc .")
tokens = st.integers(0, 5)
text = st.lists(st.integers(0, 3), min_size=1, max_size=40)


def even(size=VOCABULARY):
    return Candidates(np.zeros(size, dtype=np.float32))


@given(ids=text, n=st.integers(1, 5))
def test_no_repeat_ngram_is_that_of_transformers(ids, n, step_after, by_transformers, assert_same):
    oracle = by_transformers(transformers.NoRepeatNGramLogitsProcessor(n), even(), ids)
    assert_same(NoRepeatNGram(n)(even(), step_after(ids)), oracle)


@given(
    ids=text,
    words=st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), min_size=1, max_size=5),
)
def test_bad_words_is_that_of_transformers(ids, words, step_after, by_transformers, assert_same):
    oracle = by_transformers(transformers.NoBadWordsLogitsProcessor(words), even(), ids)
    assert_same(BadWords(tuple(map(tuple, words)))(even(), step_after(ids)), oracle)


@given(data=st.data(), banned=st.lists(tokens, min_size=1, max_size=9))
def test_suppress_is_that_of_transformers(
    data, banned, given_candidates, step_after, by_transformers, assert_same
):
    candidates, ids, prompt = data.draw(given_candidates)
    known = tuple(token for token in banned if token < candidates.vocabulary)
    if set(candidates.ids.tolist()) <= set(known):
        return
    everywhere = transformers.SuppressTokensLogitsProcessor(known)
    at_first = transformers.SuppressTokensAtBeginLogitsProcessor(known, prompt)
    step = step_after(ids, prompt)
    assert_same(Suppress(known)(candidates, step), by_transformers(everywhere, candidates, ids))
    assert_same(
        Suppress(known, first_only=True)(candidates, step),
        by_transformers(at_first, candidates, ids),
    )


@given(allowed=st.lists(tokens, min_size=1, max_size=9))
def test_allow_keeps_these_and_no_other(allowed, step_after):
    assert Allow(tuple(allowed))(even(), step_after()).ids.tolist() == sorted(set(allowed))


@given(banned=st.sets(st.integers(0, 99), max_size=60), narrowed=st.booleans())
def test_few_and_many_are_removed_alike(banned, narrowed, step_after):
    candidates = Candidates(np.arange(100, dtype=np.float32)).top(90 if narrowed else 100)
    left = Suppress(tuple(banned))(candidates, step_after())
    assert left.ids.tolist() == [t for t in candidates.ids.tolist() if t not in banned]
    assert left.scores.tolist() == left.ids.tolist()
    assert left.vocabulary == 100


def test_texts_stand_for_the_tokens_they_consist_of(step_after):
    step = step_after([0], 1, LETTERS)
    assert Allow("cab")(even(), step).ids.tolist() == [0, 1, 2]
    assert Suppress("cab")(even(), step).ids.tolist() == [3, 4, 5]
    assert Suppress(("c", 5))(even(), step).ids.tolist() == [0, 1, 3, 4]


def test_a_bad_word_is_not_completed_though_it_may_be_begun(step_after):
    stage = BadWords(("abc",))
    assert 0 in stage(even(), step_after([3], 0, LETTERS))
    assert 2 not in stage(even(), step_after([0, 1], 0, LETTERS))


class Words:
    """Words with and without a space before them are different tokens, as in GPT-2."""

    vocabulary_size = 3
    fingerprint = "words"

    def encode(self, text):
        if text not in ("foo", " foo"):
            raise InvalidInput(text)
        return [int(text.startswith(" "))]


def test_a_bad_word_is_banned_with_a_space_before_it_too(step_after):
    assert BadWords(("foo",))(even(3), step_after([2], 0, Words())).ids.tolist() == [2]
    assert BadWords((" foo",))(even(3), step_after([2], 0, Words())).ids.tolist() == [0, 2]


def test_a_bad_word_needs_no_space_in_the_vocabulary(step_after):
    step = step_after([0], 0, CharTokenizer("ab"))
    assert BadWords(("b",))(even(3), step).ids.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        (NoRepeatNGram(1), "all 2 candidates left would repeat"),
        (BadWords(((0,), (1,))), "all 2 candidates left would complete one"),
        (Suppress((0, 1)), "all 2 candidates left are suppressed"),
        (Allow(5), "none of its tokens is among the 2 candidates left"),
    ],
)
def test_no_candidate_left_is_an_error_that_says_where_to_put_it(stage, message, step_after):
    two = Candidates(np.zeros(2, dtype=np.float32), np.array([0, 1]), VOCABULARY)
    with pytest.raises(InvalidInput, match=message) as error:
        stage(two, step_after([0, 1]))
    assert "before the stages that keep few tokens" in error.value.hint


@pytest.mark.parametrize("stage", [BadWords(((0, 50256),)), Suppress(50256), Allow((1, 50256))])
def test_a_token_outside_the_vocabulary_is_named(stage, step_after):
    with pytest.raises(InvalidInput, match="50256 is no token of a vocabulary of 6"):
        stage(even(), step_after([0]))


def test_an_empty_word_is_an_error(step_after):
    with pytest.raises(InvalidInput, match="bad_words: '' has no tokens"):
        BadWords(("",))(even(), step_after([0], 0, LETTERS))
