"""The page on strategies is what the classes say and do, every stage of it."""

from __future__ import annotations

import numpy as np
import pytest

from playground.chain_stages import build_stages
from playground.explain import page as pages
from playground.explain.examples import Narrowed, Said
from playground.explain.stage import all_stages, explain
from playground.plugins import load_plugins
from playground.testing.processor_contract import cases

PLUGINS = load_plugins()
STAGES = [explain(name, registry, PLUGINS) for name, registry in all_stages(PLUGINS)]
PROCESSORS = [stage for stage in STAGES if stage.kind == "processor"]


def named(stages):
    return pytest.mark.parametrize("stage", stages, ids=lambda stage: stage.name)


def test_the_page_is_what_the_command_writes(shown):
    page = (shown.root / "docs" / "decoding.md").read_text(encoding="utf-8")
    written = page.partition(pages.STAGES.begin)[2].partition(pages.STAGES.end)[0]
    assert written.strip() == pages.page_of(PLUGINS).strip(), (
        "run: playground strategies page --write docs/decoding.md"
    )


@named(STAGES)
def test_every_stage_says_what_it_computes_and_who_else_has_it(stage):
    assert stage.summary
    assert stage.formula
    assert stage.elsewhere
    assert stage.group != "Others"


@named(PROCESSORS)
def test_the_example_of_a_processor_shows_it_acting(stage):
    assert isinstance(stage.example, Narrowed), stage.example
    assert stage.example.after != stage.example.before


@named([stage for stage in STAGES if stage.kind == "strategy"])
def test_the_example_of_a_strategy_says_something(stage):
    assert isinstance(stage.example, Said), stage.example
    assert stage.example.tokens


@named([stage for stage in PROCESSORS if stage.neutral])
def test_the_neutral_value_changes_nothing(stage):
    ((_, processor),) = build_stages(stage.neutral, PLUGINS).processors
    for name, candidates, step in cases():
        left = processor(candidates, step)
        assert np.array_equal(left.ids, candidates.ids), name
        assert np.array_equal(left.scores, candidates.scores), name
