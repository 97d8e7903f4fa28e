"""The plain loops: what is drawn follows the distribution, and the seed decides which."""

import numpy as np

from playground.testing import CharTokenizer, ScriptedModel, StrategyContract, decode
from playground_sampling.penalties import PresencePenalty
from playground_sampling.strategies import Greedy, Sample
from playground_sampling.truncation import TopK

CHANCES = {"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}


class TestSampleKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Sample()


class TestGreedyKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Greedy()


def model():
    return ScriptedModel(lambda tokens: CHANCES, tokenizer=CharTokenizer("abcd"))


def test_draws_follow_the_distribution():
    """A chi-square test over 2,000 draws; 16.3 is the 0.999 quantile for three degrees of freedom."""
    tokens = decode(Sample(), model(), limit=2_000, seed=1).tokens
    seen = np.bincount(tokens, minlength=4)[:4]
    expected = 2_000 * np.array([*CHANCES.values()])
    assert ((seen - expected) ** 2 / expected).sum() < 16.3


def test_greedy_takes_the_likeliest_of_what_the_chain_leaves():
    assert decode(Greedy(), model(), limit=3).text == "aaa"
    penalised = decode(Greedy(), model(), processors=[PresencePenalty(1.0)], limit=3)
    assert penalised.text == "aba"


def test_sampling_from_one_candidate_is_greedy():
    assert decode(Sample(), model(), processors=[TopK(1)], limit=5).text == "aaaaa"


def test_seeds_and_sequences_draw_differently():
    texts = {decode(Sample(), model(), seed=s, sequence=n).text for s in range(3) for n in range(3)}
    assert len(texts) == 9
