"""What the benchmarks of decoding compare is the same: each stage and its counterpart, the text."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.api import Candidates
from playground.api.decoding import Step
from playground.bench import decoding, strategies
from playground.bench.chain import SAID, example
from playground.bench.checkpoint import Shape, random_gpt2
from playground.engine.noise import HashedNoise

ROWS = 3


@pytest.mark.parametrize("stage", decoding.STAGES, ids=lambda stage: stage[0].partition("(")[0])
@pytest.mark.parametrize("narrowed", [False, True])
def test_a_stage_is_held_against_one_that_does_the_same(stage, narrowed):
    text, name, arguments, _ = stage
    said, scores = example()
    step = Step(said, SAID // 2, HashedNoise(1, 0))
    ours, theirs = decoding._ours(text), decoding._theirs(name, arguments)
    for row in scores[:ROWS]:
        given = Candidates(row)
        if narrowed and "ends" not in text:
            given = given.top(decoding.FIRST)
        whole = np.full(len(row), -np.inf, dtype=np.float32)
        whole[given.ids] = given.scores
        left = ours(given, step)
        expected = theirs(torch.tensor([said]), torch.from_numpy(whole)[None])[0].numpy()
        assert left.ids.tolist() == np.isfinite(expected).nonzero()[0].tolist()
        chances = torch.from_numpy(expected).softmax(0).numpy()[left.ids]
        np.testing.assert_allclose(left.probabilities(), chances, rtol=1e-4, atol=1e-7)


def test_every_measure_takes_some_time():
    ours, theirs = decoding.OurStages(), decoding.TheirStages()
    text, name, arguments, _ = decoding.STAGES[0]
    assert ours.alone(text) > 0
    assert ours.behind_top_k(text) > 0
    assert theirs.alone(name, arguments) > 0
    assert theirs.behind_top_k(name, arguments) > 0
    assert ours.draw() > 0
    assert theirs.draw() > 0


@pytest.fixture
def decoder(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path))
    shape = Shape(vocabulary=400, positions=256, width=32, layers=2, heads=2)
    return strategies.Decoder("float32", str(random_gpt2(shape)))


def test_the_choice_is_a_part_of_the_token(decoder):
    assert decoder.choice(strategies.CHAIN) > 0
    whole = decoder._decode(strategies.CHAIN)
    assert whole[0] < whole[1]


def test_compared_strategies_run_at_once_and_one_by_one(decoder, monkeypatch):
    rows = []
    read = type(decoder._model).read

    def counted(self, batch):
        rows.append(len(batch))
        return read(self, batch)

    monkeypatch.setattr(type(decoder._model), "read", counted)
    assert decoder.together(strategies.COMPARED) > 0
    assert len(rows) == strategies.TOKENS
    assert rows[0] == 1, "what they have alike is read once"
    assert max(rows) > 1
    rows.clear()
    assert decoder.one_by_one(strategies.COMPARED) > 0
    # The prompt is known after the first of them only where it is the same: each has a new one.
    assert rows == [1] * 8 * strategies.TOKENS


def test_a_text_that_is_not_greedys_is_no_measurement(decoder):
    assert decoder.repeating("greedy") > 0
    assert decoder.repeating("top_k(1) | sample") > 0
    with pytest.raises(RuntimeError, match="sample says something else than greedy"):
        decoder.repeating("temperature(9) | sample")
