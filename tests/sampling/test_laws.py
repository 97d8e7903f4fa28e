"""What every processor keeps to, whatever it does."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput, PluginFailed
from playground.engine.chain import check_narrowed
from playground_sampling.hugging_face import Hf
from playground_sampling.penalties import FrequencyPenalty, PresencePenalty, RepetitionPenalty
from playground_sampling.steering import LogitBias, NoRepeatNGram
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import MinP, TopK, TopP, Typical

PROCESSORS = [
    Temperature(0.0),
    Temperature(0.5),
    TopK(7),
    TopP(0.6),
    MinP(0.2),
    Typical(0.5),
    RepetitionPenalty(1.3),
    PresencePenalty(0.5),
    FrequencyPenalty(0.5),
    NoRepeatNGram(2),
    LogitBias({0: -3.0}),
    Hf("TopKLogitsWarper", {"top_k": 3}),
]
NEUTRAL = [
    Temperature(1.0),
    TopK(10**9),
    TopP(1.0),
    MinP(0.0),
    Typical(1.0),
    RepetitionPenalty(1.0),
    PresencePenalty(0.0),
    FrequencyPenalty(0.0),
    NoRepeatNGram(1000),
    LogitBias({}),
]


def kinds(processors):
    return [f"{type(p).__name__}-{i}" for i, p in enumerate(processors)]


@pytest.mark.parametrize("processor", PROCESSORS, ids=kinds(PROCESSORS))
@given(data=st.data())
def test_processors_only_remove_or_rescore_and_stay_finite(
    processor, data, given_candidates, step_after
):
    candidates, ids, prompt = data.draw(given_candidates)
    before = candidates.scores.copy()
    try:
        left = processor(candidates, step_after(ids, prompt))
    except InvalidInput:
        assert isinstance(processor, NoRepeatNGram)
        return
    check_narrowed("it", candidates, left)
    assert left.scores.dtype == np.float32
    assert left.vocabulary == candidates.vocabulary
    assert (candidates.scores == before).all(), "candidates are a value"


@pytest.mark.parametrize("processor", NEUTRAL, ids=kinds(NEUTRAL))
@given(data=st.data())
def test_neutral_values_change_nothing(processor, data, given_candidates, step_after):
    candidates, ids, prompt = data.draw(given_candidates)
    assert processor(candidates, step_after(ids, prompt)) is candidates


@pytest.mark.parametrize("processor", PROCESSORS[1:-2], ids=kinds(PROCESSORS[1:-2]))
@given(seed=st.integers(0, 2**32))
def test_the_numbering_of_the_vocabulary_does_not_matter(processor, seed, step_after):
    """Renumbering the tokens renumbers the result and changes nothing else."""
    random = np.random.default_rng(seed)
    scores = random.standard_normal(40).astype(np.float32)
    text = random.integers(0, 40, 30)
    order = random.permutation(40)  # new id -> old id
    left = processor(Candidates(scores), step_after(text.tolist(), 10))
    renumbered = processor(
        Candidates(scores[order]), step_after(np.argsort(order)[text].tolist(), 10)
    )
    assert sorted(order[renumbered.ids].tolist()) == left.ids.tolist()
    back = renumbered.scores[np.argsort(order[renumbered.ids])]
    np.testing.assert_allclose(back, left.scores, rtol=1e-6)


def test_the_border_refuses_a_stage_that_makes_a_score_infinite():
    candidates = Candidates(np.zeros(3, dtype=np.float32))
    with pytest.raises(PluginFailed, match="not finite"):
        check_narrowed("mine", candidates, candidates.rescored(np.array([0, 1, math.inf])))
