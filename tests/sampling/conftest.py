"""What the tests of the processors share: random distributions, and transformers as the oracle."""

import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st

from playground.api import Candidates, Step
from playground.engine.noise import HashedNoise

settings.register_profile("unhurried", deadline=None, max_examples=50)
settings.load_profile("unhurried")


@st.composite
def candidates_and_text(draw):
    """A random distribution, perhaps narrowed by an earlier stage, and a text with its prompt's length."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = draw(st.sampled_from([1, 2, 3, 17, 100, 700, 6000]))
    scale = draw(st.sampled_from([0.3, 1, 3, 10]))
    shift = draw(st.sampled_from([0, -60, 20]))
    scores = (scale * random.standard_normal(size) + shift).astype(np.float32)
    candidates = Candidates(scores).top(draw(st.sampled_from([1, 5, size, size, size])))
    ids = random.integers(0, size, draw(st.integers(1, 60))).tolist()
    return candidates, ids, draw(st.integers(0, len(ids)))


@st.composite
def candidates_with_ties(draw):
    """Scores of few different values, in any order."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = draw(st.sampled_from([1, 2, 5, 40, 3000]))
    scores = np.round(draw(st.sampled_from([0.0, 0.6, 2])) * random.standard_normal(size))
    return Candidates(scores.astype(np.float32))


@pytest.fixture(scope="session")
def given_candidates():
    return candidates_and_text()


@pytest.fixture(scope="session")
def given_ties():
    return candidates_with_ties()


@pytest.fixture(scope="session")
def step_after():
    def step_after(ids=(), prompt_length=0, tokenizer=None, seed=0):
        return Step(list(ids), prompt_length, HashedNoise(seed, 0), tokenizer)

    return step_after


@pytest.fixture(scope="session")
def by_transformers():
    """What a processor of transformers leaves of candidates after ids."""

    def by_transformers(processor, candidates, ids=()):
        row = np.full(candidates.vocabulary, -np.inf, dtype=np.float32)
        row[candidates.ids] = candidates.scores
        text = torch.tensor([list(ids)], dtype=torch.long)
        left = processor(text, torch.from_numpy(row)[None])[0].numpy()
        return Candidates(left).keep(left > -np.inf)

    return by_transformers


@pytest.fixture(scope="session")
def assert_same():
    """The same tokens stand, with the same probabilities."""

    def assert_same(ours, theirs):
        assert ours.ids.tolist() == theirs.ids.tolist()
        np.testing.assert_allclose(
            ours.probabilities(), theirs.probabilities(), rtol=1e-4, atol=1e-6
        )

    return assert_same
