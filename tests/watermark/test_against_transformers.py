"""The lists, hashes and counts are those of transformers, so that either finds what the other marked."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    GPT2Config,
    SynthIDTextWatermarkLogitsProcessor,
    WatermarkDetector,
    WatermarkLogitsProcessor,
)

from playground.api import Candidates
from playground.testing import step_after
from playground_watermark.permutation import beginning, begins_with, words
from playground_watermark.tournament import HISTORY, TABLE, Tournament
from playground_watermark.watermark import KEYS, Watermark

seeds = st.integers(0, 2**63)
sizes = st.sampled_from([41, 100, 999, 5000])
SCHEMES = [("lefthash", 1), ("lefthash", 3), ("selfhash", 1), ("selfhash", 4)]


@given(seeds, st.sampled_from([1, 2, 50, 4000]))
def test_permutations_are_torchs(seed, size):
    oracle = torch.randperm(size, generator=torch.Generator().manual_seed(seed)).numpy()
    count = size // 2 + 1
    assert beginning(seed, size, count).tolist() == oracle[:count].tolist()
    greens = {item for item in range(size) if begins_with(seed, size, count, item)}
    assert greens == set(oracle[:count].tolist())


def test_the_table_of_the_tournament_is_torchs():
    oracle = torch.randint(0, 2, (TABLE,), generator=torch.Generator().manual_seed(0)).numpy()
    assert (words(0, TABLE) % 2).tolist() == oracle.tolist()


@pytest.mark.parametrize(("scheme", "context"), SCHEMES)
def test_green_lists_are_transformers(scheme, context):
    oracles = {}
    random = np.random.default_rng(0)
    for _ in range(20):
        size = int(random.choice([41, 100, 999, 5000]))
        scores = random.standard_normal(size, dtype=np.float32)
        ids = random.integers(0, size, 1 + random.integers(0, 9)).tolist()
        oracle = oracles.setdefault(
            size,
            WatermarkLogitsProcessor(
                size, "cpu", seeding_scheme=scheme, context_width=context, bias=1.5
            ),
        )
        theirs = oracle(torch.tensor([ids]), torch.from_numpy(scores)[None])[0].numpy()
        stage = Watermark(scheme, bias=1.5, context=context)
        ours = stage(Candidates(scores), step_after(ids))
        assert np.array_equal(ours.scores, theirs)


@pytest.mark.parametrize(("scheme", "context"), SCHEMES)
def test_counts_and_z_are_transformers_where_repeated_ones_are_left_out(scheme, context):
    size = 500
    config = {
        "greenlist_ratio": 0.25,
        "bias": 2.0,
        "seeding_scheme": scheme,
        "context_width": context,
    }
    random = np.random.default_rng(1)
    plain = GPT2Config(vocab_size=size, bos_token_id=499)
    oracle = WatermarkDetector(plain, "cpu", config, ignore_repeated_ngrams=True)
    for length in (12, 60, 200):
        ids = random.integers(0, 30, length).tolist()
        theirs = oracle(torch.tensor([ids]), return_dict=True)
        ours = Watermark(scheme, context=context).detect(ids, size)
        assert ours.tokens == theirs.num_tokens_scored[0]
        assert ours.z == pytest.approx(theirs.z_score[0])
        assert ours.p_value == pytest.approx(theirs.p_value[0])


def synthid(context=4, keys=KEYS):
    return SynthIDTextWatermarkLogitsProcessor(
        ngram_len=context + 1,
        keys=list(keys),
        sampling_table_size=TABLE,
        sampling_table_seed=0,
        context_history_size=HISTORY,
        device="cpu",
    )


@given(seeds, st.sampled_from([1, 2, 4]), st.sampled_from([1, 3, 30]))
def test_the_tournaments_probabilities_are_transformers_step_by_step(seed, context, layers):
    random = np.random.default_rng(seed)
    size, prompt = 60, [1, 2, 3]
    oracle, stage = synthid(context, KEYS[:layers]), Watermark("synthid", context=context)
    stage = Watermark("synthid", context=context, keys=KEYS[:layers])
    said: list[int] = []
    for _ in range(12):
        scores = 2 * random.standard_normal(size, dtype=np.float32)
        ids = torch.tensor([[*prompt, *said]])
        theirs = torch.softmax(oracle(ids, torch.from_numpy(scores)[None])[0], 0).numpy()
        left = stage(Candidates(scores), step_after([*prompt, *said], prompt_length=len(prompt)))
        ours = np.zeros(size)
        ours[left.ids] = left.probabilities()
        assert ours == pytest.approx(theirs, abs=2e-5)
        said.append(int(random.integers(0, 3)))  # few kinds, so that contexts come again


@given(seeds)
def test_ones_and_zeros_and_what_counts_are_transformers(seed):
    ids = np.random.default_rng(seed).integers(0, 4, 80).tolist()
    oracle, tensor = synthid(), torch.tensor([ids])
    values, counts = Tournament(KEYS, 4).values(ids)
    assert np.array_equal(values, oracle.compute_g_values(tensor)[0].numpy())
    assert np.array_equal(counts, oracle.compute_context_repetition_mask(tensor)[0].numpy())


def test_no_context_is_taken_for_a_repeated_one_in_a_long_text():
    said = np.random.default_rng(0).integers(0, 5000, 3000).tolist()
    tournament = Tournament(KEYS, 4)
    chances = np.full(50, 0.02)
    cut = tournament.probabilities(said, np.arange(50), chances)
    assert not np.array_equal(cut, chances)
    assert np.array_equal(cut, tournament.probabilities(said[-40:], np.arange(50), chances))
