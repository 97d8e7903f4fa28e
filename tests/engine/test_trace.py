"""Why a token was said: the chain again at its place, by replay, equal to what the generation told."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import GenerationRequest, InvalidInput, Token
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.prefix import PrefixCache
from playground.engine.scheduler import Scheduler
from playground.engine.trace import CUT, trace
from playground.plugins import load_plugins
from playground.protocol.questions import TraceToken
from playground.testing import ScriptedModel

PLUGINS = load_plugins()
CHANCES = {"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}


def asked(**values):
    about = {"model": "x", "prompt": "x", "tokens": (), "chain": "greedy", "seed": 1, "sequence": 0,
             "max_tokens": 5, "fit": "error"}  # fmt: skip
    return TraceToken(**about | values)


def why(model, chain, **values):
    return trace(model, build_chain(chain, PLUGINS), asked(chain=chain, **values))


def test_every_stage_tells_what_stands_its_mass_and_the_token_there():
    found = why(
        ScriptedModel([CHANCES], after="x"), "temperature(0.5) | top_k(3) | sample", token=ord("b")
    )
    model, temperature, top_k = found.stages
    assert [s.stage for s in found.stages] == ["the model", "temperature(0.5)", "top_k(3)"]
    assert (model.rank, round(model.probability, 3), round(model.mass, 3)) == (1, 0.3, 1.0)
    assert round(temperature.probability, 3) == round(0.09 / 0.365, 3)
    assert (top_k.candidates, top_k.rank, round(top_k.mass, 3)) == (3, 1, 0.95)
    assert (model.cut, temperature.cut) == ((), ())
    assert top_k.cut[0].text == "d"
    assert top_k.cut[0].probability == pytest.approx(0.0025 / 0.365, abs=1e-4)
    assert model.entropy == pytest.approx(-sum(p * math.log(p) for p in CHANCES.values()), abs=1e-3)
    assert [a.text for a in found.alternatives] == ["a", "b", "c"]
    assert round(math.exp(found.alternatives[0].raw_logprob), 3) == 0.5


def test_a_token_that_the_chain_removed_has_no_rank_and_greedy_is_still_told():
    found = why(ScriptedModel([CHANCES], after="x"), "top_k(1) | greedy",
                token=ord("d"))  # fmt: skip
    assert found.stages[0].rank == 3
    assert (found.stages[1].rank, found.stages[1].probability) == (None, None)
    assert found.greedy.text == "a"


def test_a_token_that_is_none_of_the_models_is_an_error():
    with pytest.raises(InvalidInput, match="not the model's"):
        why(ScriptedModel([CHANCES]), "greedy", token=10**6)


CHAINS = st.sampled_from(
    ["sample", "temperature(0.7) | top_p(0.9) | sample", "top_k(2) | sample",
     "repetition_penalty(1.3) | temperature(1.5) | min_p(0.1) | sample", 'bad_words(["ab"]) | sample'],
)  # fmt: skip


@given(CHAINS, st.integers(0, 2**32), st.integers(0, 7))
def test_it_is_what_the_generation_told_of_the_token(chain, seed, at):
    model = ScriptedModel([CHANCES] * 9, after="x")
    request = GenerationRequest(
        prompt="x", model="m", chain=chain, seed=seed, max_tokens=8, alternatives=4
    )
    events = Generation(
        request, model, build_chain(chain, PLUGINS), Scheduler(), PrefixCache(10**6)
    )
    said = [event for event in events if isinstance(event, Token)]
    token, before = said[at], tuple(each.id for each in said[:at])
    found = why(model, chain, seed=seed, tokens=before, token=token.id)
    last = found.stages[-1]
    assert last.rank == token.rank
    assert last.probability == pytest.approx(math.exp(token.logprob), abs=1e-6)
    assert found.stages[0].rank == token.raw_rank
    assert found.stages[0].probability == pytest.approx(math.exp(token.raw_logprob), abs=1e-6)
    assert [a.id for a in found.alternatives][:4] == [a.id for a in token.alternatives]
    assert last.entropy == pytest.approx(token.entropy, abs=1e-6)
    assert found.stages[0].entropy == pytest.approx(token.raw_entropy, abs=1e-6)
    for before, stage in pairwise(found.stages):
        removed = before.candidates - stage.candidates
        assert len(stage.cut) == min(removed, CUT)
        assert [p.probability for p in stage.cut] == sorted(
            (p.probability for p in stage.cut), reverse=True
        )
        assert (token.id in [p.id for p in stage.cut]) <= (stage.rank is None)
    candidates = [stage.candidates for stage in found.stages]
    assert candidates == sorted(candidates, reverse=True)
    assert [s.mass for s in found.stages] == sorted((s.mass for s in found.stages), reverse=True)
