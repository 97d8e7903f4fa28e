"""DoLa against a slow oracle on transformers' hidden states, and models that cannot tell a layer's word."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from playground.api import InvalidInput, Need, Read
from playground.testing import StrategyContract, ToyRecurrent, decode
from playground_guidance.dola import Dola, contrastable
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.truncation import TopK

PROMPT = "the cat, that sat."


class TestDolaObeysTheLaws(StrategyContract):
    def strategy(self):
        return Dola(layers=(0,))


def test_a_layers_word_is_the_final_norm_and_the_head_on_its_output(pair):
    model, network = pair
    ids = model.tokenizer.encode(PROMPT)
    hidden = model.read([Read(model.start(), ids, Need.LOGITS | Need.HIDDEN)])[0].hidden
    for layer in range(model.architecture.layers + 1):
        with torch.no_grad():
            theirs = head(network, torch.from_numpy(hidden[layer])).numpy()
        np.testing.assert_allclose(model.unembed(hidden[layer]), theirs, atol=2e-4)


def test_the_last_layers_word_is_the_models(pair):
    model, _ = pair
    ids = model.tokenizer.encode(PROMPT)
    reading = model.read([Read(model.start(), ids, Need.LOGITS | Need.HIDDEN)])[0]
    before = reading.hidden.copy()
    np.testing.assert_allclose(model.unembed(reading.hidden[-1]), reading.logits, atol=2e-4)
    np.testing.assert_array_equal(reading.hidden, before)


@pytest.mark.parametrize("layers", ["low", "high", (0, 3, 5)])
def test_the_text_is_that_of_the_definition(pair, layers):
    model, network = pair
    stages = [RepetitionPenalty(1.2), TopK(1)]
    ours = decode(Dola(layers, 0.1), model, PROMPT, processors=stages, limit=15)
    asked = {"low": [2], "high": [3, 5], (0, 3, 5): [0, 3, 5]}[layers]
    ids = model.tokenizer.encode(PROMPT)
    for commit in ours.commits:
        scores = slow(network, ids, asked, 0.1)
        seen = torch.tensor(sorted(set(ids)))
        values = scores[seen]
        scores[seen] = torch.where(values < 0, values * 1.2, values / 1.2)
        best = scores[commit.token]
        assert best >= scores.max() - 1e-3
        ids.append(commit.token)


@torch.no_grad()
def slow(network, ids, layers, alpha):
    """s of every token (minus infinity where it is not plausible), all of the text read again."""
    shown = network(torch.tensor([ids]), output_hidden_states=True)
    final = functional.log_softmax(shown.logits[0, -1].double(), -1)
    divergence, word = {}, {}
    for layer in layers:
        early = head(network, shown.hidden_states[layer][0, -1:])[0]
        word[layer] = functional.log_softmax(early.double(), -1)
        p, q = final.exp(), word[layer].exp()
        middle = (p + q) / 2
        terms = [functional.kl_div(middle.log(), side, reduction="sum") for side in (p, q)]
        divergence[layer] = float(sum(terms) / 2)
    against = word[max(divergence, key=divergence.get)]
    return (final - against).masked_fill(final.exp() < alpha * final.exp().max(), -torch.inf)


def head(network, hidden):
    norm = getattr(network.transformer, "ln_f", None)
    return network.lm_head(hidden if norm is None else norm(hidden))


@pytest.mark.parametrize(
    ("layers", "count", "meant"),
    [
        ("low", 12, [2, 4]),
        ("high", 12, [6, 8, 10]),
        ("low", 48, [2, 4, 6, 8, 10, 12, 14, 16, 18]),
        ("high", 48, [28, 30, 32, 34, 36, 38, 40, 42, 44, 46]),
        ("low", 1, [0]),
        ("high", 2, [1]),
        ((0, 11), 12, [0, 11]),
    ],
)
def test_layers_are_meant_as_in_transformers(layers, count, meant):
    assert contrastable(layers, count) == meant


@pytest.mark.parametrize("layers", [(12,), (-1,), ()])
def test_layers_that_there_are_not_are_refused(layers):
    with pytest.raises(InvalidInput, match="of a model of 12") as failed:
        contrastable(layers, 12)
    assert "0 to 11" in failed.value.hint


def test_a_model_that_cannot_tell_a_layers_word_is_named():
    class Closed:
        """All of a model but that."""

        def __init__(self):
            self._model = ToyRecurrent()

        def __getattr__(self, name):
            if name == "unembed":
                raise AttributeError(name)
            return getattr(self._model, name)

    with pytest.raises(InvalidInput, match=r"this model \(Closed\) cannot tell"):
        decode(Dola(layers=(0,)), Closed())
