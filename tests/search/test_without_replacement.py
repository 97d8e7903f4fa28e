"""Stochastic beam search draws different texts as it should; arithmetic sampling spreads them.

Seeds are fixed sets, so that a test of a distribution says the same in every run.
"""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.testing import ByteTokenizer, CharTokenizer, ScriptedModel, StrategyContract, decode
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.strategies import Sample
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import TopK
from playground_search.arithmetic import Arithmetic
from playground_search.stochastic_beam import StochasticBeam, conditioned
from tests.search.small import all_texts, fits, small_model

SEEDS = range(2000)


class TestStochasticBeamKeepsTheLaws(StrategyContract):
    def strategy(self):
        return StochasticBeam()


class TestArithmeticKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Arithmetic()


def drawn(model, count, *, limit=3, seed=0, **options):
    decoded = decode(StochasticBeam(), model, limit=limit, seed=seed, count=count, **options)
    return [tuple(decoded.said(sequence)) for sequence in range(count)]


class TestStochasticBeam:
    def test_ordered_draws_have_the_probabilities_of_drawing_without_replacement(self):
        model = small_model(3, "ab")
        chances = all_texts(model, 3)
        counts = Counter(tuple(drawn(model, 2, seed=seed)) for seed in SEEDS)
        expected = {
            (first, second): chances[first] * chances[second] / (1 - chances[first])
            for first, second in itertools.permutations(chances, 2)
        }
        assert fits(counts, expected)

    def test_each_text_is_included_as_often_as_exact_enumeration_says(self):
        model = small_model(4, "ab")
        chances = all_texts(model, 2)
        included = dict.fromkeys(chances, 0.0)
        for order in itertools.permutations(chances, 3):
            probability, left = 1.0, 1.0
            for text in order:
                probability *= chances[text] / left
                left -= chances[text]
            for text in order:
                included[text] += probability
        assert sum(included.values()) == pytest.approx(3, rel=1e-5)
        counts = Counter(t for seed in SEEDS for t in drawn(model, 3, limit=2, seed=seed))
        for text, probability in included.items():
            # Six standard deviations of a binomial count.
            room = 6 * (len(SEEDS) * probability * (1 - probability)) ** 0.5
            assert counts[text] == pytest.approx(len(SEEDS) * probability, abs=room + 1e-6)

    @settings(max_examples=25)
    @given(seed=st.integers(0, 2**40), count=st.integers(2, 8))
    def test_no_text_is_drawn_twice_and_fewer_are_the_first_of_more(self, seed, count):
        model = small_model(seed % 7)
        texts = drawn(model, count, seed=seed)
        assert len(set(texts)) == count
        assert drawn(model, count - 1, seed=seed) == texts[:-1]

    def test_where_there_are_fewer_texts_all_are_drawn_once(self):
        model = small_model(1, "ab")
        every = all_texts(model, 2)
        texts = drawn(model, len(every) + 2, limit=2)
        assert set(texts[: len(every)]) == set(every)
        assert texts[len(every) :] == [(), ()]

    @settings(max_examples=15)
    @given(seed=st.integers(0, 2**40))
    def test_the_first_is_what_sample_says(self, seed):
        model = small_model(seed % 5, "abcdef")
        stages = [RepetitionPenalty(1.3), Temperature(0.8), TopK(4)]
        sampled = decode(Sample(), model, processors=stages, limit=8, seed=seed).tokens
        for count in (1, 4):
            assert drawn(model, count, limit=8, seed=seed, processors=stages)[0] == tuple(sampled)

    def test_a_step_reads_all_texts_in_one_pass(self):
        likes = {"a": 0.3, "b": 0.3, "c": 0.2, "d": 0.2}
        model = ScriptedModel(lambda tokens: likes, tokenizer=CharTokenizer("abcd"))
        decode(StochasticBeam(), model, limit=5, count=4)
        assert model.passes == [(1,), *[(1, 1, 1, 1)] * 4]

    @given(st.lists(st.floats(-40, 40), min_size=1, max_size=8, unique=True), st.floats(-60, 60))
    def test_conditioned_noise_keeps_its_order_and_has_the_highest_it_was_given(
        self, perturbed, highest
    ):
        given_highest = conditioned(np.array(perturbed), highest)
        assert given_highest.max() == pytest.approx(highest)
        assert np.isfinite(given_highest).all()
        order = np.argsort(perturbed)
        assert (np.diff(given_highest[order]) >= 0).all()


def spread(model, count, *, limit=3, seed=0):
    return [
        tuple(decode(Arithmetic(), model, limit=limit, seed=seed, sequence=i, count=count).tokens)
        for i in range(count)
    ]


class TestArithmetic:
    @pytest.mark.parametrize("sequence", [0, 2])
    def test_every_sequence_alone_has_the_models_distribution(self, sequence):
        model = small_model(5)
        counts = Counter(
            tuple(decode(Arithmetic(), model, limit=3, seed=s, sequence=sequence, count=3).tokens)
            for s in SEEDS
        )
        assert fits(counts, all_texts(model, 3))

    def test_long_after_the_digits_of_the_code_are_used_up_it_is_still_unbiased(self):
        """A token of an even distribution over 256 costs 8 bits: 53 bits are gone after 6."""
        even = np.zeros(257)
        even[256] = -60.0  # it never ends
        model = ScriptedModel(lambda tokens: even, tokenizer=ByteTokenizer())
        texts = [decode(Arithmetic(), model, limit=30, seed=seed).tokens for seed in range(600)]
        for place in (7, 29):
            counts = Counter(text[place] % 4 for text in texts)
            assert fits(counts, dict.fromkeys(range(4), 0.25))

    @settings(max_examples=30)
    @given(seed=st.integers(0, 2**40), count=st.integers(2, 12))
    def test_of_n_texts_n_p_begin_with_what_has_probability_p(self, seed, count):
        model = small_model(seed % 11)
        texts = spread(model, count, seed=seed)
        chances = all_texts(model, 3)
        beginnings = {text[:size] for text in chances for size in (1, 2, 3)}
        for start in beginnings:
            probability = sum(p for t, p in chances.items() if t[: len(start)] == start)
            said = sum(text[: len(start)] == start for text in texts)
            assert abs(said - count * probability) < 1 + 1e-4

    def test_texts_repeat_less_than_when_they_are_drawn_independently(self):
        model, count = small_model(2), 8
        different = [0, 0]
        for seed in range(60):
            alone = {
                tuple(decode(Sample(), model, limit=3, seed=seed, sequence=i).tokens)
                for i in range(count)
            }
            different[0] += len(alone)
            different[1] += len(set(spread(model, count, seed=seed)))
        assert different[0] < different[1]
