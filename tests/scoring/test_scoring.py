"""Loss, perplexity and per-token log-probabilities, against transformers and by their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from playground.api import InvalidInput
from playground.engine.scoring import chosen_logprobs, score

TEXT = list(b"a fox and grapes")


def transformers_loss(network, ids: list[int]) -> float:
    import torch

    batch = torch.tensor([ids])
    return network(batch, labels=batch).loss.item()


def test_loss_is_that_of_transformers(model, network):
    result = score(model, TEXT)

    assert result.loss == pytest.approx(transformers_loss(network, TEXT), abs=1e-5)
    assert result.tokens == len(TEXT) - 1
    assert result.perplexity == pytest.approx(math.exp(result.loss))
    assert result.windows == 1


def test_bits_per_character_counts_the_characters_of_predicted_tokens(model):
    result = score(model, model.tokenizer.encode("née à Łódź"))

    assert result.characters == len("ée à Łódź")
    assert result.bits_per_character == pytest.approx(
        -sum(result.logprobs) / math.log(2) / len("ée à Łódź")
    )


def test_start_ids_stand_before_the_text_and_make_its_first_token_predicted(model, network):
    model.tokenizer.start_ids = (7,)

    result = score(model, TEXT)

    assert result.tokens == len(TEXT)
    assert result.loss == pytest.approx(transformers_loss(network, [7, *TEXT]), abs=1e-5)


@pytest.mark.parametrize("ids", [[], [65]])
def test_a_text_with_nothing_to_predict_is_refused(model, ids):
    with pytest.raises(InvalidInput, match="nothing to predict"):
        score(model, ids)


@pytest.mark.parametrize("length", [25, 26, 61])
def test_every_token_of_a_long_text_is_predicted_once_from_half_a_context_or_more(
    model, network, length
):
    ids = np.random.default_rng(0).integers(0, 256, length).tolist()

    result = score(model, ids)

    assert result.tokens == length - 1
    assert (result.windows > 1) == (length > model.context_length + 1)
    assert result.logprobs == pytest.approx(naive_windows(network, ids, result.overlap), abs=1e-4)


def naive_windows(network, ids: list[int], overlap: int) -> list[float]:
    """Every token predicted alone, from what its window shows of the past."""
    import torch

    window, begin, found = 25, 0, []
    for place in range(1, len(ids)):
        if place >= begin + window:
            begin = place - overlap
        with torch.inference_mode():
            logits = network(torch.tensor([ids[begin:place]])).logits[0, -1]
        found.append(logits.log_softmax(0)[ids[place]].item())
    return found


def test_reading_in_chunks_changes_nothing(model, monkeypatch):
    whole = score(model, TEXT).logprobs
    monkeypatch.setattr("playground.engine.scoring.CHUNK", 3)

    assert score(model, TEXT).logprobs == pytest.approx(whole, abs=1e-5)


def test_log_probabilities_of_huge_logits_are_finite():
    logits = np.array([[1000.0, 0.0], [-1000.0, -1001.0]], dtype=np.float32)

    assert chosen_logprobs(logits, [0, 1]) == pytest.approx([0.0, -1.3132617])
