"""The likeliest next tokens, at the end of a text and at every position."""

from __future__ import annotations

import pytest

from playground.api import PromptTooLong
from playground.engine.predictions import expectations, next_tokens

TEXT = list(b"a fox and grapes")


def test_the_likeliest_next_tokens_are_those_of_transformers(model, network):
    import torch

    with torch.inference_mode():
        expected = network(torch.tensor([TEXT])).logits[0, -1].softmax(0).topk(5)

    found = next_tokens(model, TEXT, 5)

    assert [token.id for token in found] == expected.indices.tolist()
    assert [token.probability for token in found] == pytest.approx(
        expected.values.tolist(), rel=1e-4
    )


def test_more_than_the_vocabulary_is_the_whole_distribution(model):
    found = next_tokens(model, TEXT, 10_000)

    assert len(found) == 300
    assert sum(token.probability for token in found) == pytest.approx(1, abs=1e-4)


def test_every_position_predicts_what_its_beginning_alone_predicts(model, monkeypatch):
    monkeypatch.setattr("playground.engine.predictions.CHUNK", 5)

    found = expectations(model, TEXT)

    assert len(found) == len(TEXT)
    for place, prediction in enumerate(found):
        (alone,) = next_tokens(model, TEXT[: place + 1], 1)
        assert prediction.id == alone.id
        assert prediction.probability == pytest.approx(alone.probability, rel=1e-4)


@pytest.mark.parametrize("function", [lambda m, ids: next_tokens(m, ids, 3), expectations])
def test_a_text_beyond_the_context_is_refused_with_the_numbers(model, function):
    function(model, [1] * 24)
    with pytest.raises(PromptTooLong, match="25 tokens, and the model's context holds 24"):
        function(model, [1] * 25)
