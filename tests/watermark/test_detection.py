"""A marked text is found by who has the key, and nothing else is; the mark costs what it says."""

import numpy as np
import pytest

from playground.api import Candidates, InvalidInput
from playground.testing import CharTokenizer, ProcessorContract, ScriptedModel, decode, step_after
from playground_sampling.strategies import Sample
from playground_search.beam import Beam
from playground_watermark.watermark import Watermark

SIZE = 400
SCHEMES = {
    "lefthash": Watermark(),
    "selfhash": Watermark("selfhash", context=2),
    "synthid": Watermark("synthid"),
}


class TestLeftHash(ProcessorContract):
    def processor(self):
        return SCHEMES["lefthash"]


class TestSelfHash(ProcessorContract):
    def processor(self):
        return SCHEMES["selfhash"]


class TestSynthId(ProcessorContract):
    def processor(self):
        return SCHEMES["synthid"]


TOKENIZER = CharTokenizer("".join(map(chr, range(0x4E00, 0x4E00 + SIZE - 1))))


def model(seed: int) -> ScriptedModel:
    """Says what is random, with an entropy like that of a text."""

    def says(tokens):
        random = np.random.default_rng([seed, len(tokens)])
        row = 2 * random.standard_normal(SIZE, dtype=np.float32)
        row[-1] = -30  # never the end
        return row

    return ScriptedModel(says, tokenizer=TOKENIZER)


def said(seed: int, *stages, length: int = 200, strategy=None) -> list[int]:
    strategy = strategy or Sample()
    return decode(
        strategy, model(seed), TOKENIZER.characters[0], processors=stages, limit=length, seed=seed
    ).tokens


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_marked_text_is_found_and_a_plain_one_is_not(scheme):
    stage = SCHEMES[scheme]
    marked = [stage.detect(said(seed, stage), SIZE).z for seed in range(3)]
    plain = [stage.detect(said(seed), SIZE).z for seed in range(20)]
    assert min(marked) > 5
    assert max(plain) < 4
    # A plain text's z is a standard normal variate.
    assert abs(np.mean(plain)) < 4 / np.sqrt(len(plain))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_text_marked_with_another_key_is_not_found(scheme):
    stage = SCHEMES[scheme]
    other = Watermark(scheme, context=stage.context, key=77, keys=tuple(range(1000, 1030)))
    assert max(stage.detect(said(seed, other), SIZE).z for seed in range(3)) < 4


def test_a_mark_is_found_in_a_beam():
    stage = SCHEMES["lefthash"]
    assert stage.detect(said(0, stage, strategy=Beam(3), length=60), SIZE).z > 5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_mark_outlives_what_comes_before_it(scheme):
    stage = SCHEMES[scheme]
    tokens = said(3, stage)
    assert stage.detect([5, 9, 5, 9, *tokens[20:]], SIZE).z > 5


def test_repetition_is_no_evidence():
    stage = SCHEMES["lefthash"]
    green = next(t for t in range(SIZE) if stage.detect([7, t], SIZE).share == 1)
    once = stage.detect([7, green], SIZE)
    assert stage.detect([7, green] * 200, SIZE).tokens == 2
    assert once.tokens == 1


def test_the_tournament_leaves_probabilities_as_they_are_on_average_over_keys():
    scores = np.array([1.5, 1.0, 0.5, 0.0, -1.0], dtype=np.float32)
    plain = Candidates(scores).probabilities()
    sums, count = np.zeros(5), 3000
    for key in range(count):
        stage = Watermark("synthid", keys=(key, key + 5000), context=1)
        left = stage(Candidates(scores), step_after([3, 4], prompt_length=1))
        sums[left.ids] += left.probabilities()
    assert sums / count == pytest.approx(plain, abs=0.03)


def test_what_was_removed_stays_removed():
    row = np.arange(SIZE, dtype=np.float32)
    for stage in SCHEMES.values():
        few = Candidates(row).top(7)
        left = stage(few, step_after([1, 2, 3], prompt_length=1))
        assert set(left.ids) <= set(few.ids)


def test_a_text_too_short_is_an_error():
    with pytest.raises(InvalidInput, match="a text of 1 tokens is too short"):
        SCHEMES["lefthash"].detect([3], SIZE)
    with pytest.raises(InvalidInput, match="the first 4 tell nothing"):
        SCHEMES["synthid"].detect([3, 4, 5, 6], SIZE)
