"""N best texts, beams that draw and groups of beams against transformers, or a slow obvious reference."""

import math
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput, Read
from playground.engine.noise import HashedNoise
from playground.testing import StrategyContract, decode
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.strategies import Greedy, Sample
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import TopK
from playground_sampling.xtc import Xtc
from playground_search.beam import Beam
from playground_search.beam_sample import BeamSample
from playground_search.diverse_beam import DiverseBeam

VOCABULARY = 27
prompts = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6)
endings = st.one_of(
    st.sets(st.integers(0, 26), max_size=3), st.sets(st.integers(0, 26), min_size=6, max_size=12)
)


class TestBeamSampleKeepsTheLaws(StrategyContract):
    def strategy(self):
        return BeamSample(3)


class TestDiverseBeamKeepsTheLaws(StrategyContract):
    def strategy(self):
        return DiverseBeam(4, groups=2)


def texts_of(strategy, model, prompt, count, **options):
    decoded = decode(strategy, model, prompt, count=count, **options)
    return [decoded.said(sequence) for sequence in range(count)]


@settings(max_examples=40)
@given(
    prompt=prompts,
    ends=endings,
    limit=st.integers(1, 12),
    width=st.integers(2, 5),
    length_penalty=st.sampled_from([-2.0, 0.0, 1.0]),
    early_stopping=st.sampled_from([False, True, "never"]),
    data=st.data(),
)
def test_n_sequences_are_the_n_best_of_transformers(
    prompt, ends, limit, width, length_penalty, early_stopping, data, ours, generate_all
):
    count = data.draw(st.integers(1, width))
    expected = generate_all(
        prompt,
        ends,
        limit,
        num_beams=width,
        num_return_sequences=count,
        length_penalty=length_penalty,
        early_stopping=early_stopping,
    )
    beam = Beam(width, length_penalty, early_stopping)
    assert texts_of(beam, ours(ends), prompt, count, limit=limit) == expected


@settings(max_examples=40)
@given(
    prompt=prompts,
    ends=endings,
    limit=st.integers(1, 10),
    width=st.integers(2, 4),
    seed=st.integers(0, 1000),
    temperature=st.sampled_from([0.7, 1.0, 1.5]),
    early_stopping=st.sampled_from([False, True, "never"]),
)
def test_beam_sample_is_that_of_transformers_given_the_same_noise(
    prompt, ends, limit, width, seed, temperature, early_stopping, ours, generate_all
):
    """Its draws without replacement, `torch.multinomial`, are made with our noise: Gumbel top-k."""
    noise, steps = HashedNoise(seed, 0), []

    def multinomial(chances, num_samples):
        position = len(prompt) + len(steps)
        steps.append(num_samples)
        places = np.arange(chances.shape[-1])
        drawn = noise.gumbel(position, places, len(places))
        return (chances.log() + torch.from_numpy(drawn)).topk(num_samples).indices

    with patch.object(torch, "multinomial", multinomial):
        expected = generate_all(
            prompt,
            ends,
            limit,
            do_sample=True,
            num_beams=width,
            num_return_sequences=width,
            temperature=temperature,
            top_k=0,
            early_stopping=early_stopping,
        )
    assert steps, "transformers drew with torch.multinomial"
    strategy = BeamSample(width, 1.0, early_stopping)
    found = texts_of(
        strategy,
        ours(ends),
        prompt,
        width,
        processors=[Temperature(temperature)],
        limit=limit,
        seed=seed,
    )
    assert found == expected


def slow_diverse_beam(model, prompt, limit, width, groups, diversity, length_penalty, count):
    """Diverse beam search with no state, no arrays and no early stop: for models without an end.

    Vijayakumar et al. 2018, algorithm 1, with Hamming diversity; penalties stay in the scores.
    """
    ids = tuple(model.tokenizer.encode(prompt))
    beams = [[(0.0, ())] for _ in range(groups)]
    for _ in range(limit):
        said = []
        for group in range(groups):
            extended = []
            for score, text in beams[group]:
                row = model.read([Read(model.start(), ids + text)])[0].logits[-1]
                chances = Candidates(row).log_probabilities().tolist()
                for token, chance in enumerate(chances):
                    penalty = diversity * said.count(token)
                    extended.append((score + chance - penalty, (*text, token)))
            extended.sort(key=lambda scored: -scored[0])
            beams[group] = extended[: width // groups]
            said += [text[-1] for _, text in beams[group]]
    everything = [scored for beam in beams for scored in beam]
    everything.sort(key=lambda scored: -scored[0] / limit**length_penalty)
    return [list(text) for _, text in everything[:count]]


@settings(max_examples=30)
@given(
    prompt=prompts,
    limit=st.integers(1, 7),
    shape=st.sampled_from([(2, 2), (4, 2), (4, 4), (6, 3), (6, 2), (3, 1)]),
    diversity=st.sampled_from([0.1, 0.5, 1.7]),
    data=st.data(),
)
def test_diverse_beam_is_that_of_the_paper(prompt, limit, shape, diversity, data, ours):
    width, groups = shape
    count = data.draw(st.integers(1, width))
    model = ours(())
    expected = slow_diverse_beam(model, prompt, limit, width, groups, diversity, 1.0, count)
    strategy = DiverseBeam(width, groups=groups, diversity=diversity)
    assert texts_of(strategy, model, prompt, count, limit=limit) == expected


class TestNeutralValues:
    @settings(max_examples=10)
    @given(prompt=prompts, ends=endings, width=st.integers(1, 4))
    def test_one_group_is_beam(self, prompt, ends, width, ours):
        found = [
            texts_of(strategy, ours(ends), prompt, width, limit=8)
            for strategy in (Beam(width), DiverseBeam(width, groups=1, diversity=3.0))
        ]
        assert found[0] == found[1]

    @settings(max_examples=10)
    @given(prompt=prompts, ends=endings, width=st.integers(1, 3))
    def test_groups_without_diversity_are_all_the_same_beam(self, prompt, ends, width, ours):
        beam = texts_of(Beam(width), ours(ends), prompt, 1, limit=8)
        groups = DiverseBeam(3 * width, groups=3, diversity=0)
        assert texts_of(groups, ours(ends), prompt, 3, limit=8) == beam * 3

    @settings(max_examples=10)
    @given(prompt=prompts, ends=endings, seed=st.integers(0, 99))
    def test_a_beam_of_one_that_draws_is_sample(self, prompt, ends, seed, ours):
        stages = [RepetitionPenalty(1.5), Temperature(0.8)]
        sample, one = (
            decode(strategy, ours(ends), prompt, processors=stages, limit=10, seed=seed).tokens
            for strategy in (Sample(), BeamSample(1))
        )
        assert one == sample

    def test_a_width_of_one_is_greedy_whatever_the_groups_would_be(self, ours):
        model = ours(())
        greedy = decode(Greedy(), model, "abc", limit=10).tokens
        assert decode(DiverseBeam(1, groups=1), model, "abc", limit=10).tokens == greedy


def test_texts_of_different_groups_differ_more_than_those_of_one(ours):
    model = ours(())
    spread = [
        len({tuple(text[:2]) for text in texts_of(strategy, model, "abc", 6, limit=8)})
        for strategy in (Beam(6), DiverseBeam(6, groups=6, diversity=2.0))
    ]
    assert spread[0] < spread[1]


def test_scores_are_comparable_texts_come_best_first(ours):
    model = ours(())

    def logprob(text):
        ids = model.tokenizer.encode("abc")
        rows = model.read([Read(model.start(), (*ids, *text))])[0].logits[len(ids) - 1 :]
        chances = [Candidates(row).logprob_of(t) for row, t in zip(rows, text, strict=False)]
        return math.fsum(chances)

    scores = [logprob(text) for text in texts_of(Beam(5), model, "abc", 5, limit=8)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 5


def test_fewer_texts_than_are_wanted_leave_the_rest_without_one(ours):
    found = texts_of(Beam(3), ours(()), "abc", 3, processors=[TopK(1)], limit=4)
    assert [len(text) for text in found] == [4, 0, 0]


@pytest.mark.parametrize(
    ("strategy", "count", "processors", "says"),
    [
        (Beam(2), 3, [], "beam with a width of 2 cannot end with 3 texts"),
        (BeamSample(2), 3, [], "beam_sample with a width of 2 cannot end with 3 texts"),
        (DiverseBeam(4), 5, [], "diverse_beam with a width of 4 cannot end with 5 texts"),
        (DiverseBeam(5, groups=2), 1, [], "cannot divide 5 texts into 2 equal groups"),
        (Beam(2), 1, [Xtc()], "xtc changes by chance what is likely"),
        (DiverseBeam(4), 1, [Xtc()], "xtc changes by chance what is likely"),
    ],
)
def test_a_contradiction_says_what_and_what_to_do(strategy, count, processors, says):
    with pytest.raises(InvalidInput, match=says) as caught:
        strategy.check(count, processors)
    assert caught.value.hint
