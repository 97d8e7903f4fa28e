"""What every processor keeps to, whatever it does."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import Candidates, InvalidInput, PluginFailed
from playground.engine.chain import check_narrowed
from playground.testing import ProcessorContract
from playground.testing.laws import verdicts
from playground_sampling.bans import Allow, BadWords, NoRepeatNGram, Suppress
from playground_sampling.curves import MinK, TailFree, TopH
from playground_sampling.dry import Dry
from playground_sampling.hugging_face import Hf
from playground_sampling.length import ForcedBos, ForcedEos, LengthDecay, MinNewTokens
from playground_sampling.penalties import (
    EncoderRepetition,
    FrequencyPenalty,
    PresencePenalty,
    RepetitionPenalty,
)
from playground_sampling.scaling import DynamicTemperature, Edt, Quadratic
from playground_sampling.steering import LogitBias, SequenceBias
from playground_sampling.temperature import Temperature
from playground_sampling.thresholds import Epsilon, Eta, PLess, TopA, TopNSigma
from playground_sampling.truncation import MinP, TopK, TopP, Typical
from playground_sampling.xtc import Xtc

TIES_BY_ID = [Temperature(0.0), TopK(7)]
BY_SCORE = [
    Temperature(0.5),
    DynamicTemperature(0.5, 2.0, 0.7),
    Edt(1.5, 0.5),
    Quadratic(0.3, 2.0),
    TopK(7, ties="keep"),
    TopP(0.6),
    MinP(0.2),
    Typical(0.5),
    TopA(0.5),
    Epsilon(0.02),
    Eta(0.02),
    TopNSigma(1.0),
    PLess(),
    PLess(normalized=True),
    TailFree(0.9),
    TopH(0.4),
    MinK(3.0),
    Xtc(0.05, 1.0),
    RepetitionPenalty(1.3),
    RepetitionPenalty(1.3, scope="generated", last=5),
    PresencePenalty(0.5),
    PresencePenalty(0.5, scope="all", last=20),
    FrequencyPenalty(0.5),
    FrequencyPenalty(0.5, scope="all", last=20),
    EncoderRepetition(1.3),
    Dry(0.8, breakers=()),
    NoRepeatNGram(2),
]
BY_ID = [
    LogitBias({0: -3.0}),
    SequenceBias({0: 1.0, (0, 0): -3.0}),
    BadWords(((0,), (0, 0))),
    Suppress(0),
    Suppress(0, first_only=True),
    Allow(0),
    MinNewTokens(30, 0),
    LengthDecay(5, 1.2, 0),
    ForcedBos(0),
    ForcedEos(30, 0),
    Hf("TopKLogitsWarper", {"top_k": 3}),
]
PROCESSORS = TIES_BY_ID + BY_SCORE + BY_ID
MAY_LEAVE_NONE = (NoRepeatNGram, BadWords, Suppress, Allow, MinNewTokens, ForcedBos, ForcedEos)
NEUTRAL = [
    Temperature(1.0),
    DynamicTemperature(1.0, 1.0),
    Edt(1.0, 0.0),
    Quadratic(0.0),
    TopK(10**9),
    TopK(10**9, ties="keep"),
    TopP(1.0),
    MinP(0.0),
    Typical(1.0),
    TopA(0.0),
    Epsilon(0.0),
    Eta(0.0),
    TopNSigma(1e9),
    TailFree(1.0),
    Xtc(probability=0.0),
    Xtc(threshold=0.6, probability=1.0),
    RepetitionPenalty(1.0),
    PresencePenalty(0.0),
    FrequencyPenalty(0.0),
    EncoderRepetition(1.0),
    Dry(0.0),
    NoRepeatNGram(1000),
    BadWords(()),
    Suppress(()),
    LogitBias({}),
    SequenceBias({}),
    MinNewTokens(0),
    LengthDecay(0, 1.0),
    LengthDecay(10**9),
    ForcedBos(()),
    ForcedEos(10**9),
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
        assert isinstance(processor, MAY_LEAVE_NONE)
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


@pytest.mark.parametrize("processor", BY_SCORE, ids=kinds(BY_SCORE))
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


IN_THE_CONTRACT = [
    *(p for p in PROCESSORS if not isinstance(p, MAY_LEAVE_NONE)),
    # Token 7 is always among the contract's candidates.
    BadWords(((0,), (7, 3), (3, 3))),
    Suppress((0, 3)),
    Suppress((0, 3), first_only=True),
    Allow((3, 7)),
    MinNewTokens(3, 0),
    ForcedBos(7),
    ForcedEos(7, 7),
]


@pytest.mark.parametrize("processor", IN_THE_CONTRACT, ids=kinds(IN_THE_CONTRACT))
def test_the_contract_holds(processor):
    broken = [
        verdict
        for verdict in verdicts("it", ProcessorContract, processor=lambda: processor)
        if verdict.result != "held"
    ]
    assert broken == []


def test_the_border_refuses_a_stage_that_makes_a_score_infinite():
    candidates = Candidates(np.zeros(3, dtype=np.float32))
    with pytest.raises(PluginFailed, match="not finite"):
        check_narrowed("mine", candidates, candidates.rescored(np.array([0, 1, math.inf])))
