"""What a chain's text builds, and what its stages may not do."""

from __future__ import annotations

import numpy as np
import pytest

from playground.api import Candidates, InvalidInput, PluginFailed, Processor, Step
from playground.engine.chain import build_chain
from playground.engine.noise import HashedNoise

STEP = Step((1, 2), 1, HashedNoise(0, 0))
LOGITS = np.linspace(-3, 3, 50).astype(np.float32)


def test_stages_apply_in_the_order_they_are_written(plugins):
    chain = build_chain("top_k(10) | temperature(0.5) | greedy", plugins)
    assert [name for name, _ in chain.processors] == ["top_k", "temperature"]
    candidates = chain.candidates(LOGITS, STEP)
    assert len(candidates) == 10
    assert candidates.scores == pytest.approx(LOGITS[-10:] * 2)


def test_a_chain_without_a_strategy_samples(plugins):
    assert build_chain("top_k(10)", plugins).text == "top_k(10) | sample"


def test_options_are_given_by_position_or_by_name(plugins):
    one, two = (build_chain(text, plugins) for text in ("beam(4)", "beam(width=4)"))
    assert one.strategy == two.strategy


def test_temperature_zero_is_greedy_and_that_is_said(plugins):
    chain = build_chain("temperature(0) | sample", plugins)
    assert chain.candidates(LOGITS, STEP).ids.tolist() == [49]
    assert any("greedy" in notice for notice in chain.notices)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "temprature(1)",
            "no strategy or processor 'temprature' .column 1",
            "did you mean temperature",
        ),
        (
            "sample | top_k(3)",
            "one strategy, at its end: 'sample' at column 1",
            "processors come first",
        ),
        ("sample | greedy", "one strategy, at its end: 'greedy' at column 10", ""),
        ("top_p(1.5)", "top_p: .* must be float .*at most 1", ""),
        ("top_p(0.5, p=0.6)", "twice", ""),
        ("top_k(1, 2, 3, 4, 5)", "takes . option", "it takes"),
        ("temperature(nan)", "finite", ""),
        ("temperature(-inf)", "finite", ""),
        ("temperature('hot')", "must be float", ""),
        ("top_k(0)", "at least 1", ""),
        ("top_p(mass=1)", "has no option 'mass'", "it takes"),
    ],
)
def test_what_cannot_be_meant_is_refused(plugins, text, message, hint):
    with pytest.raises(InvalidInput, match=message) as caught:
        build_chain(text, plugins)
    assert hint in caught.value.hint


def broken(returns):
    class Broken(Processor, frozen=True):
        def __call__(self, candidates, step):
            return returns(candidates)

    return Broken


@pytest.mark.parametrize(
    ("returns", "fault"),
    [
        (lambda c: c.rescored(c.scores * np.nan), "not finite"),
        (lambda c: c.keep(c.scores > 99), "left no candidate"),
        (lambda c: Candidates(np.zeros(60, dtype=np.float32)), "added candidates"),
        (lambda c: Candidates(np.zeros(2, dtype=np.float32), np.array([3, 77])), "not given"),
        (lambda c: c.rescored(np.zeros((2, 25))), "shape"),
        (lambda c: c.scores, "not candidates"),
        (lambda c: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_stage_that_breaks_its_contract_is_named(plugins, returns, fault):
    plugins.processors.add("broken", broken(returns), "test")
    chain = build_chain("top_k(50) | broken | sample", plugins)
    with pytest.raises(PluginFailed, match=f"broken .*{fault}"):
        chain.candidates(LOGITS, STEP)


@pytest.mark.parametrize(
    ("returns", "fault"),
    [
        (lambda c: Candidates(LOGITS).keep(LOGITS < -2), "not given"),
        (lambda c: c.at(np.array([3, 3])), "not given"),
        (lambda c: c.rescored(c.scores * np.inf).top(2), "not finite"),
        (lambda c: Candidates(LOGITS), "added candidates"),
    ],
)
def test_what_a_stage_makes_of_few_tokens_is_held_against_them(plugins, returns, fault):
    plugins.processors.add("broken", broken(returns), "test")
    chain = build_chain("top_k(10) | broken | sample", plugins)
    with pytest.raises(PluginFailed, match=f"broken .*{fault}"):
        chain.candidates(LOGITS, STEP)


def test_a_stage_may_make_new_candidates_of_tokens_it_was_given(plugins):
    plugins.processors.add("again", broken(lambda c: Candidates(LOGITS).keep(LOGITS > 2.9)), "test")
    chain = build_chain("top_k(10) | again | sample", plugins)
    assert chain.candidates(LOGITS, STEP).ids.tolist() == [49]
