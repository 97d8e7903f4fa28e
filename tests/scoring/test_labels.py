"""Label likelihoods and contextual calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput, Prompt, PromptTooLong
from playground.engine.labels import calibrated, classify, label_scores, split_labels
from playground.engine.scoring import score

PROMPT = Prompt(text="It was", labels={"good": " great", "bad": " so bad", "so": " so"})


def test_a_label_scores_the_sum_of_its_tokens_after_the_prompt(model):
    prompt = list(b"It was")
    labels = [list(b" great"), list(b" so bad"), list(b"!")]

    found = label_scores(model, prompt, labels)

    for label, value in zip(labels, found, strict=True):
        assert value == pytest.approx(sum(score(model, prompt + label).logprobs[5:]), abs=1e-4)


def test_the_prompt_is_read_once_and_labels_of_one_token_need_no_second_reading(model):
    label_scores(model, list(b"It was"), [[65], [66]])
    assert model.batches == [1]

    label_scores(model, list(b"It was"), [[65, 66], [67], [68, 69, 70]])
    assert model.batches == [1, 1, 2]


def test_a_prompt_and_label_beyond_the_context_are_refused_with_the_numbers(model):
    with pytest.raises(PromptTooLong, match="25 tokens; the context is 24"):
        label_scores(model, [1] * 24, [[1], [1, 2]])

    label_scores(model, [1] * 24, [[1], [2]])


def test_classify_ranks_labels_and_gives_probabilities_that_sum_to_one(model):
    result = classify(model, PROMPT)

    assert list(result.scores.values()) == sorted(result.scores.values(), reverse=True)
    assert sum(result.scores.values()) == pytest.approx(1)
    assert result.label == max(result.logprobs, key=result.logprobs.get)
    assert not result.calibrated


def test_what_stands_after_the_label_counts(model):
    cloze = Prompt(text="It was", labels={"a": " x", "b": " y"}, after=" day.")

    result = classify(model, cloze)

    assert result.logprobs["b"] == pytest.approx(
        sum(score(model, list(b"It was y day.")).logprobs[5:])
        - sum(score(model, list(b"It was x day.")).logprobs[5:])
        + result.logprobs["a"],
        abs=1e-4,
    )


def test_labels_are_cut_where_the_whole_text_has_its_tokens(byte_tokenizer):
    tokenizer = byte_tokenizer(merged=(b" g", b":g"))

    spaced = split_labels(tokenizer, Prompt(text="a: ", labels={"x": "go", "y": "no"}))
    joined = split_labels(tokenizer, Prompt(text="a:", labels={"x": "go", "y": "no"}))

    assert spaced == (list(b"a:"), [[256, ord("o")], list(b" no")])
    assert joined == (list(b"a"), [[257, ord("o")], list(b":no")])


def test_a_label_that_begins_another_keeps_its_own_tokens(byte_tokenizer):
    shared, continuations = split_labels(byte_tokenizer(), PROMPT)

    assert bytes(shared) == b"It was"
    assert [bytes(ids) for ids in continuations] == [b" great", b" so bad", b" so"]


def test_labels_without_a_prompt_follow_the_beginning_of_text_or_are_refused(model):
    bare = Prompt(text="", labels={"a": "x", "b": "y"})
    with pytest.raises(InvalidInput, match="no beginning-of-text"):
        classify(model, bare)

    model.tokenizer.bos_id = 299
    assert classify(model, bare).label in bare.labels


def test_a_prompt_without_labels_is_refused(model):
    with pytest.raises(InvalidInput, match="no labels"):
        classify(model, Prompt(text="It was"))


def test_calibration_makes_a_content_free_input_undecided(model):
    result = classify(model, PROMPT, [PROMPT])

    assert list(result.scores.values()) == pytest.approx([1 / 3] * 3)
    assert result.calibrated


logprobs = st.lists(st.floats(-50, 0), min_size=3, max_size=3).map(np.array)


@given(logprobs, st.lists(logprobs, min_size=1, max_size=3))
def test_calibration_is_the_diagonal_rescaling_of_the_paper(found, content_free):
    def softmax(values):
        return np.exp(values) / np.exp(values).sum()

    weights = np.diag(1 / np.mean([softmax(free) for free in content_free], axis=0))
    expected = weights @ softmax(found)

    assert calibrated(found, content_free) == pytest.approx(expected / expected.sum(), abs=1e-9)


@given(logprobs)
def test_without_content_free_inputs_scores_are_the_normalised_likelihoods(found):
    assert calibrated(found) == pytest.approx(np.exp(found) / np.exp(found).sum())
