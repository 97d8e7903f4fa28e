"""DRY equals a slow reference written from its description."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput
from playground.testing import CharTokenizer
from playground_sampling.dry import Dry

VOCABULARY = 6
text = st.lists(st.integers(0, 3), max_size=40)


def even():
    return Candidates(np.zeros(VOCABULARY, dtype=np.float32))


def penalties(ids, multiplier, base, allowed, breakers):
    """For every token: the longest end of `ids` that stood before it, and what that costs."""
    longest = [0] * VOCABULARY
    for place, token in enumerate(ids):
        length = 0
        while (
            length < place
            and ids[place - 1 - length] == ids[len(ids) - 1 - length]
            and ids[len(ids) - 1 - length] not in breakers
        ):
            length += 1
        if token not in breakers:
            longest[token] = max(longest[token], length)
    return [multiplier * base ** (m - allowed) if m >= allowed else 0.0 for m in longest]


@given(
    ids=text,
    multiplier=st.floats(0.1, 5),
    base=st.floats(1, 3),
    allowed=st.integers(1, 5),
    breakers=st.lists(st.integers(0, 5), max_size=2),
)
def test_dry_is_its_definition(ids, multiplier, base, allowed, breakers, step_after):
    stage = Dry(multiplier, base, allowed, breakers=tuple(breakers))
    expected = [-p for p in penalties(ids, multiplier, base, allowed, breakers)]
    np.testing.assert_allclose(stage(even(), step_after(ids)).scores, expected, rtol=1e-5)


@given(ids=text, last=st.integers(1, 50))
def test_only_the_last_tokens_count(ids, last, step_after):
    whole = Dry(breakers=())(even(), step_after(ids[-last:]))
    assert Dry(last=last, breakers=())(even(), step_after(ids)).scores.tolist() == (
        whole.scores.tolist()
    )


def test_a_token_that_goes_on_with_a_repetition_is_penalised(step_after):
    ids = [1, 2, 3, 0, 1, 2]
    scores = Dry(0.8, breakers=())(even(), step_after(ids)).scores
    assert scores.tolist() == pytest.approx([0, 0, 0, -0.8, 0, 0])


def test_a_long_text_of_one_token_stays_finite_and_quick(step_after):
    scores = Dry(100.0, 100.0, breakers=())(even(), step_after([1] * 20_000)).scores
    assert np.isfinite(scores).all()
    assert scores[1] < -1e20


def test_a_breaker_is_every_token_with_the_text_in_it(step_after):
    tokenizer = CharTokenizer("abc\n.")
    ids = tokenizer.encode("ab\nab\nab\nab")
    scores = Dry()(Candidates(np.zeros(6, dtype=np.float32)), step_after(ids, 0, tokenizer)).scores
    assert scores.tolist() == [0, 0, 0, 0, 0, 0], "the line break is never penalised"
    scores = Dry(breakers=("a",))(
        Candidates(np.zeros(6, dtype=np.float32)), step_after(ids, 0, tokenizer)
    ).scores
    assert scores[3] == 0, "a match of one, for it does not reach beyond the breaker"


def test_texts_need_a_tokenizer(step_after):
    with pytest.raises(InvalidInput, match="dry: there is no tokenizer") as error:
        Dry()(even(), step_after([1, 2]))
    assert "token ids" in error.value.hint
