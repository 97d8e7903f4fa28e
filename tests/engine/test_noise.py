"""Noise is a pure function, and its draws follow the law they claim."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates
from playground.engine.draw import draw
from playground.engine.noise import HashedNoise, bits_reaching, gumbel_of

seeds = st.integers(0, 2**63 - 1)
positions = st.integers(0, 2**20)

# The value that a chi-square variate of 7 degrees of freedom exceeds once in a million times.
CHI_SQUARE_7_ONE_IN_A_MILLION = 40.5


@given(seeds, st.integers(0, 255), positions)
def test_a_tokens_noise_does_not_depend_on_which_tokens_are_asked_with_it(seed, sequence, position):
    noise = HashedNoise(seed, sequence)
    whole = noise.gumbel(position, None, 1000)
    some = np.array([3, 77, 400, 999])
    assert (noise.gumbel(position, some, 4) == whole[some]).all()
    assert (HashedNoise(seed, sequence).gumbel(position, some, 4) == whole[some]).all()


@given(seeds, positions)
def test_sequences_positions_and_seeds_have_noise_of_their_own(seed, position):
    here = HashedNoise(seed, 0).gumbel(position, None, 64)
    for other in (
        HashedNoise(seed, 1).gumbel(position, None, 64),
        HashedNoise(seed, 0).gumbel(position + 1, None, 64),
        HashedNoise(seed ^ 1, 0).gumbel(position, None, 64),
    ):
        assert (here != other).all()


@given(seeds, positions)
def test_noise_is_finite_on_the_largest_vocabularies(seed, position):
    assert np.isfinite(HashedNoise(seed, 0).gumbel(position, None, 300_000)).all()


def test_gumbel_noise_has_the_mean_and_variance_of_its_law():
    draws = np.concatenate([HashedNoise(1, 0).gumbel(p, None, 50_000) for p in range(20)])
    assert abs(draws.mean() - np.euler_gamma) < 0.01
    assert abs(draws.var() - np.pi**2 / 6) < 0.02


def test_noise_of_neighbouring_tokens_and_positions_is_uncorrelated():
    table = np.stack([HashedNoise(9, 0).gumbel(p, None, 500) for p in range(500)])
    assert abs(np.corrcoef(table[:, :-1].ravel(), table[:, 1:].ravel())[0, 1]) < 0.01
    assert abs(np.corrcoef(table[:-1].ravel(), table[1:].ravel())[0, 1]) < 0.01


def test_seeded_draws_of_a_known_distribution_pass_a_chi_square_test():
    chances = np.array([0.3, 0.25, 0.2, 0.1, 0.08, 0.04, 0.02, 0.01])
    candidates = Candidates(np.log(chances).astype(np.float32), np.arange(8) * 1000)
    draws = 20_000
    for seed in range(3):
        noise = HashedNoise(seed, 0)
        drawn = np.array([draw(candidates, noise, position) for position in range(draws)])
        counts = np.bincount(drawn // 1000, minlength=8)
        statistic = ((counts - draws * chances) ** 2 / (draws * chances)).sum()
        assert statistic < CHI_SQUARE_7_ONE_IN_A_MILLION


@given(
    seed=seeds,
    position=positions,
    size=st.sampled_from([2, 1_024, 1_025, 5_000, 50_257]),
    deviation=st.sampled_from([0.0, 0.01, 1.0, 4.4, 30.0, 1e4, 1e37]),
    offset=st.sampled_from([0.0, -80.0, 1e6]),
    some=st.booleans(),
)
def test_a_draw_is_the_highest_of_all_scores_with_their_noise(
    seed, position, size, deviation, offset, some
):
    generator = np.random.default_rng(seed)
    scores = (generator.standard_normal(size) * deviation + offset).astype(np.float32)
    ids = np.sort(generator.choice(300_000, size, replace=False)) if some else None
    noise = HashedNoise(seed, 0)
    best = int((scores + noise.gumbel(position, ids, size)).argmax())
    drawn = draw(Candidates(scores, ids), noise, position)
    assert drawn == (best if ids is None else ids[best])


@given(seeds, st.sampled_from([-4.01, -5.0, -6.0, -8.0]))
def test_many_unlikely_tokens_win_as_often_as_their_noise_says(seed, unlikely):
    """A few good tokens and as many worse ones as it takes to win about every other time."""
    worse = max(1_100, int(16 * math.exp(-unlikely)))
    scores = np.full(16 + worse, unlikely, dtype=np.float32)
    scores[:16] = 0
    noise = HashedNoise(seed, 0)
    for position in range(8):
        best = int((scores + noise.gumbel(position, None, len(scores))).argmax())
        assert draw(Candidates(scores), noise, position) == best


@given(seeds, st.floats(-4, 23))
def test_no_bits_below_those_that_reach_a_variate_make_it(seed, variate):
    random = np.random.default_rng(seed).integers(2**32, size=1_000, dtype=np.uint32)
    ends = np.concatenate([np.arange(600), 2**32 - 1 - np.arange(600)]).astype(np.uint32)
    least = bits_reaching(variate)
    near = np.clip(least + np.arange(-300, 300), 0, 2**32 - 1).astype(np.uint32)
    bits = np.concatenate([random, ends, near])
    assert (gumbel_of(bits[bits < least]) < variate).all()


@given(seeds, positions)
def test_uniform_lies_in_the_unit_interval_and_streams_differ(seed, position):
    noise = HashedNoise(seed, 0)
    values = {noise.uniform(position, stream) for stream in range(8)}
    assert len(values) == 8
    assert all(0 <= value < 1 for value in values)
