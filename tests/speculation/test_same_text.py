"""Whatever is guessed, the text is that of `sample`; guesses only spare passes."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.testing import (
    CharTokenizer,
    ScriptedModel,
    StrategyContract,
    ToyRecurrent,
    decode,
)
from playground_sampling.dry import Dry
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.strategies import Greedy, Sample
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import TopK, TopP
from playground_speculation.prompt_lookup import NGrams, PromptLookup
from playground_speculation.speculative import Speculative

LETTERS = CharTokenizer("abcdef")
CHAINS = [
    [],
    [TopK(1)],
    [Temperature(0.4)],
    [RepetitionPenalty(1.3), Temperature(1.4), TopP(0.8)],
    [Dry(), TopK(5)],
]


class TestSpeculativeObeysTheLaws(StrategyContract):
    def strategy(self):
        return Speculative("another", ahead=3)

    def beside(self, model):
        return {"draft": uniform(model.tokenizer)}


class TestSpeculativeOfItselfObeysTheLaws(StrategyContract):
    def strategy(self):
        return Speculative("itself")


class TestPromptLookupObeysTheLaws(StrategyContract):
    prompt = "abcabc"

    def strategy(self):
        return PromptLookup()


def uniform(tokenizer, context=None):
    row = np.zeros(tokenizer.vocabulary_size, dtype=np.float32)
    return ScriptedModel(lambda tokens: row, tokenizer=tokenizer, context_length=context)


def moody(seed, sharpness=2.0, context=None):
    """A model that can rewind, whose row depends on its last two tokens."""
    rows = np.random.default_rng(seed).normal(size=(7, 7, 7)).astype(np.float32) * sharpness
    rows[:, :, 6] -= 6  # it seldom ends
    return ScriptedModel(
        lambda tokens: rows[tokens[-2] if len(tokens) > 1 else 0, tokens[-1]],
        tokenizer=LETTERS,
        context_length=context,
    )


PAIRS = {
    "rewinds": (moody(0), moody(1)),
    "cannot rewind": (ToyRecurrent(seed=0), ToyRecurrent(seed=1)),
    "draft cannot rewind": (moody(2), ToyRecurrent(seed=3, tokenizer=LETTERS)),
    "draft is the model": (moody(4), moody(4)),
    "draft has a short context": (moody(5), moody(5, context=9)),
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "|".join(map(repr, chain)) or "none")
def test_the_text_is_that_of_sampling_whatever_the_draft_guesses(pair, chain):
    model, draft = PAIRS[pair]
    for seed in range(4):
        plain = decode(Sample(), model, "abc", processors=chain, limit=30, seed=seed)
        for ahead in (1, 3, 8):
            sooner = decode(
                Speculative("draft", ahead),
                model,
                "abc",
                processors=chain,
                limit=30,
                seed=seed,
                models={"draft": draft},
            )
            assert sooner.tokens == plain.tokens


@settings(max_examples=40, deadline=None)
@given(
    prompt=st.text("abc", min_size=1, max_size=20),
    ngram=st.integers(1, 4),
    ahead=st.integers(1, 12),
    limit=st.integers(1, 40),
    seed=st.integers(0, 2**40),
    chain=st.sampled_from(CHAINS),
)
def test_the_text_is_that_of_sampling_whatever_is_looked_up(
    prompt, ngram, ahead, limit, seed, chain
):
    for model in (moody(1), ToyRecurrent()):
        plain = decode(Sample(), model, prompt, processors=chain, limit=limit, seed=seed)
        lookup = PromptLookup(ngram, ahead)
        sooner = decode(lookup, model, prompt, processors=chain, limit=limit, seed=seed)
        assert sooner.tokens == plain.tokens


def test_a_draft_that_is_always_right_spares_passes():
    for model in (moody(4), ToyRecurrent()):
        strategy, models = Speculative("draft", ahead=4), {"draft": model}
        target = Counting(model)
        decoded = decode(strategy, target, "abc", limit=40, models=models, seed=19)
        assert len(decoded.tokens) > 20
        assert target.passes <= 2 + len(decoded.tokens) // 5


def test_what_cannot_be_rewound_is_not_read_again_and_again():
    target = Counting(ToyRecurrent(seed=0))
    models = {"draft": ToyRecurrent(seed=1)}
    decoded = decode(Speculative("draft", 4), target, "abc", limit=200, models=models)
    assert target.tokens < 12 * len(decoded.tokens)


def test_a_text_that_repeats_itself_takes_a_fraction_of_the_passes():
    model = ScriptedModel("abcdefgh " * 30, after="x")
    greedy = decode(Greedy(), model, "x", limit=260)
    lookup = decode(PromptLookup(), model, "x", processors=[TopK(1)], limit=260)
    assert lookup.tokens == greedy.tokens
    assert lookup.passes * 8 < greedy.passes


def test_nothing_is_read_beyond_the_context_or_guessed_beyond_the_limit():
    full = ScriptedModel("ab" * 30, after="xab", context_length=20)
    decoded = decode(PromptLookup(ahead=50), full, "xab", processors=[TopK(1)], limit=17)
    assert decoded.text == "ab" * 8 + "a"


def test_the_latest_place_of_the_longest_end_is_looked_up():
    def guess(ids, most=2):
        try:
            next(NGrams(3).guess(ids, most))
        except StopIteration as end:
            return end.value

    assert guess([1, 2, 3]) == []
    assert guess([1, 2, 3, 1, 2]) == [3, 1]
    assert guess([1, 2, 3, 1, 2], most=7) == [3, 1, 2, 3, 1, 2, 3]
    assert guess([4, 4], most=3) == [4, 4, 4]
    assert guess([1, 2, 3, 1, 2, 9, 3, 2]) == [9, 3]
    assert guess([1, 2, 3, 1, 2, 9, 3, 2, 1, 2]) == [9, 3]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
@pytest.mark.parametrize("strategy", [Speculative("draft", 3), PromptLookup(2, 3)])
def test_the_law_is_the_models_hot_and_cold(strategy, temperature):
    """Chi-square over the first three tokens, whose joint probabilities are known."""
    model, draft = moody(8, 1.0), moody(9, 1.0)
    heat, count = [Temperature(temperature)], 3000
    said = Counter(
        tuple(
            decode(
                strategy,
                model,
                "abab",
                processors=heat,
                limit=3,
                seed=seed,
                models={"draft": draft},
            ).tokens
        )
        for seed in range(count)
    )
    expected = {}
    for text in product(range(6), repeat=3):
        chance, ids = 1.0, LETTERS.encode("abab")
        for token in text:
            row = np.exp(model._says(tuple(ids)).astype(np.float64) / temperature)
            chance *= row[token] / row.sum()
            ids.append(token)
        expected[text] = chance * count
    common = {text: wanted for text, wanted in expected.items() if wanted >= 5}
    rest = count - sum(common.values())
    terms = [(said[text] - wanted) ** 2 / wanted for text, wanted in common.items()]
    rare = count - sum(said[text] for text in common)
    statistic = sum(terms) + ((rare - rest) ** 2 / rest if rest >= 5 else 0)
    assert len(common) > 5
    assert statistic < most_likely_below(len(common))


def most_likely_below(freedom):
    """The 99.9 % quantile of chi-square, by Wilson and Hilferty."""
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + 3.09 * math.sqrt(spread)) ** 3


class Counting:
    """A model that counts what it is asked for."""

    def __init__(self, model):
        self._model = model
        self.passes = 0
        self.tokens = 0

    def __getattr__(self, name):
        return getattr(self._model, name)

    def read(self, batch):
        self.passes += 1
        self.tokens += sum(len(read.tokens) for read in batch)
        return self._model.read(batch)
