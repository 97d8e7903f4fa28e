"""Contrastive search against a slow reference written from its definition, on models with hidden states."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput, Need, Read, Reading
from playground.api.options import build
from playground.testing import (
    CharTokenizer,
    ScriptedModel,
    StrategyContract,
    ToyRecurrent,
    decode,
    step_after,
)
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.strategies import Greedy
from playground_search.contrastive import Contrastive


class Observed(ScriptedModel):
    """A scripted model whose hidden state of a token is drawn from the tokens up to it."""

    offers = Need.LOGITS | Need.HIDDEN

    def _reading(self, read):
        reading = super()._reading(read)
        if Need.HIDDEN not in read.need:
            return reading
        tokens = reading.state.tokens
        rows = [
            np.random.default_rng(tokens[: len(tokens) - back]).standard_normal(5)
            for back in reversed(range(len(read.tokens)))
        ]
        hidden = np.stack([np.zeros((len(rows), 5)), np.stack(rows)]).astype(np.float32)
        return Reading(reading.logits, reading.state, hidden)


class TestContrastiveKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Contrastive(alpha=0.2)

    def models(self):
        likes = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
        full = Observed(lambda _: likes, context_length=14, tokenizer=CharTokenizer("abcdef"))
        return [*super().models(), full]

    def ending_model(self):
        return Observed("bc", after=self.prompt, tokenizer=CharTokenizer("abcdef"))


def slow_contrastive(model, prompt, limit, k, alpha, stages=()):
    """Su et al. 2022, equation 5: all of the text read again for every token that is tried."""
    start = model.tokenizer.encode(prompt)
    ids = list(start)

    def read(tokens):
        (reading,) = model.read([Read(model.start(), tuple(tokens), Need.LOGITS | Need.HIDDEN)])
        return reading.logits[-1], reading.hidden[-1]

    for _ in range(limit):
        candidates = Candidates(read(ids)[0])
        for stage in stages:
            candidates = stage(candidates, step_after(ids, prompt_length=len(start)))
        chances = candidates.probabilities()
        tokens = candidates.ids[np.argsort(-chances, kind="stable")[:k]].tolist()
        scores = []
        for token in tokens:
            _, hidden = read([*ids, token])
            last = hidden[-1]
            alike = max(
                float(last @ other / (np.linalg.norm(last) * np.linalg.norm(other)))
                for other in hidden[:-1]
            )
            chance = float(chances[candidates.find([token])[0]])
            scores.append((1 - alpha) * chance - alpha * alike)
        ids.append(tokens[int(np.argmax(scores))])
        if ids[-1] in model.tokenizer.eos_ids:
            break
    return ids[len(start) :]


@settings(max_examples=25)
@given(
    prompt=st.text("abcdefghij", min_size=1, max_size=5),
    seed=st.integers(0, 50),
    k=st.integers(1, 6),
    alpha=st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    penalty=st.sampled_from([1.0, 1.4]),
)
def test_it_is_what_its_definition_says(prompt, seed, k, alpha, penalty):
    model, stages = ToyRecurrent(seed=seed), [RepetitionPenalty(penalty)]
    found = decode(Contrastive(k, alpha), model, prompt, processors=stages, limit=6).tokens
    assert found == slow_contrastive(model, prompt, 6, k, alpha, stages)


@settings(max_examples=15)
@given(prompt=st.text("abcdefghij", min_size=1, max_size=5), seed=st.integers(0, 50))
@pytest.mark.parametrize("neutral", [Contrastive(alpha=0), Contrastive(k=1)])
def test_its_neutral_values_are_greedy(neutral, prompt, seed):
    model = ToyRecurrent(seed=seed)
    greedy = decode(Greedy(), model, prompt, limit=10).tokens
    assert decode(neutral, model, prompt, limit=10).tokens == greedy


def test_a_step_reads_its_candidates_in_one_pass_and_the_prompt_once_more():
    model = Observed(lambda tokens: {"a": 0.5, "b": 0.3, "c": 0.2})
    decode(Contrastive(3), model, "abc", limit=4)
    assert model.passes == [(3,), (3,), *[(1, 1, 1)] * 4]


def test_a_model_without_hidden_states_is_refused_by_name(bench):
    with pytest.raises(InvalidInput, match="contrastive needs hidden, which test does not offer"):
        bench.start(ScriptedModel("abc"), "x", "contrastive")


@pytest.mark.parametrize(("option", "value"), [("k", 0), ("alpha", 1.1), ("alpha", -0.1)])
def test_a_value_out_of_range_names_the_option(option, value):
    with pytest.raises(InvalidInput, match=f"contrastive: {option} must be"):
        build(Contrastive, {option: value})
