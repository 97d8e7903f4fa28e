"""How texts begin and end agrees with transformers, and is the model's own end if not told otherwise."""

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput
from playground.testing import CharTokenizer, ScriptedModel, decode
from playground_sampling.length import ForcedBos, ForcedEos, LengthDecay, MinNewTokens
from playground_sampling.strategies import Greedy, Sample

ABC = CharTokenizer("abc")  # 3 ends a text
PROMPT = 2
text = st.lists(st.integers(0, 2), min_size=PROMPT, max_size=12)
row = st.lists(st.floats(-50, 50, width=32), min_size=4, max_size=4)


def scored(scores):
    return Candidates(np.array(scores, dtype=np.float32))


@given(ids=text, scores=row, n=st.integers(0, 12))
def test_min_new_tokens_is_that_of_transformers(
    ids, scores, n, step_after, by_transformers, assert_same
):
    processor = transformers.MinNewTokensLengthLogitsProcessor(PROMPT, n, 3)
    oracle = by_transformers(processor, scored(scores), ids)
    assert_same(MinNewTokens(n)(scored(scores), step_after(ids, PROMPT, ABC)), oracle)
    assert_same(MinNewTokens(n, 3)(scored(scores), step_after(ids, PROMPT)), oracle)


@given(ids=text, scores=row, start=st.integers(0, 12), factor=st.floats(0.1, 3))
def test_length_decay_is_that_of_transformers(
    ids, scores, start, factor, step_after, by_transformers, assert_same
):
    processor = transformers.ExponentialDecayLengthPenalty((start, factor), 3, PROMPT)
    oracle = by_transformers(processor, scored(scores), ids)
    ours = LengthDecay(start, factor)(scored(scores), step_after(ids, PROMPT, ABC))
    np.testing.assert_allclose(ours.scores, oracle.scores, rtol=1e-4, atol=1e-4)


@given(ids=text, scores=row, n=st.integers(1, 12))
def test_forced_eos_is_that_of_transformers(
    ids, scores, n, step_after, by_transformers, assert_same
):
    oracle = by_transformers(
        transformers.ForcedEOSTokenLogitsProcessor(PROMPT + n, 3), scored(scores), ids
    )
    assert_same(ForcedEos(n)(scored(scores), step_after(ids, PROMPT, ABC)), oracle)


@given(ids=st.lists(st.integers(0, 2), min_size=1, max_size=4), scores=row, token=st.integers(0, 3))
def test_forced_bos_is_that_of_transformers_after_a_prompt_of_one(
    ids, scores, token, step_after, by_transformers, assert_same
):
    oracle = by_transformers(transformers.ForcedBOSTokenLogitsProcessor(token), scored(scores), ids)
    assert_same(ForcedBos(token)(scored(scores), step_after(ids, 1)), oracle)


def test_growth_stays_finite_however_long_the_text(step_after):
    ours = LengthDecay(0, 100.0)(scored([1, 1, 1, 1e5]), step_after([0] * 5_000, 1, ABC))
    assert np.isfinite(ours.scores).all()
    assert ours.probabilities()[3] == 1


def test_a_text_begins_as_it_is_told_and_then_goes_on():
    model = ScriptedModel(lambda tokens: {"a": 1.0}, tokenizer=ABC)
    assert decode(Greedy(), model, "a", processors=[ForcedBos("cba")], limit=6).text == "cbaaaa"


def test_a_text_ends_when_it_must_and_not_before_it_may():
    model = ScriptedModel(lambda tokens: np.log([0.1, 0.1, 0.1, 0.7]), tokenizer=ABC)
    stages = [MinNewTokens(4), ForcedEos(7)]
    for seed in range(20):
        tokens = decode(Sample(), model, "a", processors=stages, limit=9, seed=seed).tokens
        assert 3 in tokens[4:7]
        assert 3 not in tokens[:4]


def test_what_ends_a_text_can_be_told(step_after):
    step = step_after([0, 1], 2, ABC)
    assert MinNewTokens(5, "bc")(scored([0, 0, 0, 0]), step).ids.tolist() == [0, 3]


@pytest.mark.parametrize("stage", [MinNewTokens(5), ForcedEos(1), LengthDecay(0)])
def test_without_a_tokenizer_it_has_to_be_told(stage, step_after):
    with pytest.raises(InvalidInput, match="there is no tokenizer") as error:
        stage(scored([0, 0, 0, 0]), step_after([0, 1, 1], 3 - isinstance(stage, LengthDecay)))
    assert "token ids" in error.value.hint


def test_a_model_whose_texts_never_end_is_told_how_to_end_one(step_after):
    endless = CharTokenizer("abc")
    endless.eos_ids = frozenset()
    step = step_after([0], 1, endless)
    with pytest.raises(InvalidInput, match="no token ends a text for this model"):
        ForcedEos(1)(scored([0, 0, 0, 0]), step)
    assert ForcedEos(1, "c")(scored([0, 0, 0, 0]), step).ids.tolist() == [2]


def test_what_was_removed_cannot_be_forced(step_after):
    two = scored([0, 0, 0, 0]).keep(np.array([True, True, False, False]))
    step = step_after([0], 1, ABC)
    for stage in (ForcedBos(2), ForcedEos(1)):
        with pytest.raises(InvalidInput, match="none of its tokens is among the 2"):
            stage(two, step)
    with pytest.raises(InvalidInput, match="all 1 candidates left would end the text"):
        MinNewTokens(1)(scored([0, 0, 0, 0]).keep(np.arange(4) == 3), step)
