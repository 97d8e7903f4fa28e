"""The suite is data: every name is its own, every probe can be asked for."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import SimpleNamespace

import pytest

from playground.api import UnknownName
from playground.bench.suite import BENCHMARKS, select


def test_names_are_unique():
    names = [b.name for b in BENCHMARKS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda b: b.name)
def test_every_probe_names_an_engine_with_that_measure_and_these_arguments(benchmark):
    for probe in filter(None, (benchmark.ours, benchmark.against, *benchmark.peers)):
        module, _, name = probe.engine.partition(":")
        engine = getattr(import_module(module), name)
        inspect.signature(engine).bind(**probe.options)
        inspect.signature(getattr(engine, probe.measure)).bind(None, **probe.arguments)


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda b: b.name)
def test_engines_of_one_benchmark_have_labels_of_their_own(benchmark):
    labels = [p.label for p in filter(None, (benchmark.ours, benchmark.against, *benchmark.peers))]
    assert len(labels) == len(set(labels))


def test_a_name_a_family_or_nothing_selects():
    assert [b.name for b in select(["chain-50257"])] == ["chain-50257"]
    assert {b.family for b in select(["decode", "startup"])} == {"decode", "startup"}
    assert [b.name for b in BENCHMARKS if not b.needs] == [
        b.name for b in select([]) if not b.needs
    ]


def test_what_needs_a_strategy_is_measured_where_a_plugin_brings_it(monkeypatch):
    needy = next(b for b in BENCHMARKS if b.needs)
    for known in (set(), {needy.needs}):
        monkeypatch.setattr(
            "playground.plugins.load_plugins", lambda known=known: SimpleNamespace(strategies=known)
        )
        assert [b.name for b in select([needy.name])] == [needy.name] * len(known)


def test_an_unknown_name_is_refused_with_a_near_one():
    with pytest.raises(UnknownName, match="no benchmark 'decod'") as caught:
        select(["decod"])
    assert "decode" in caught.value.hint
