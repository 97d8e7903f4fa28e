"""All benchmarks, by family and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from playground.api.errors import UnknownName
from playground.bench import (
    chain,
    charrnn,
    clients,
    decoding,
    detokenize,
    generation,
    memcheck,
    models,
    repl_stream,
    startup,
    strategies,
    train,
    ui,
)
from playground.bench.plan import Benchmark
from playground.registry import did_you_mean

BENCHMARKS: tuple[Benchmark, ...] = (
    *generation.BENCHMARKS,
    *chain.BENCHMARKS,
    *decoding.BENCHMARKS,
    *strategies.BENCHMARKS,
    *detokenize.BENCHMARKS,
    *charrnn.BENCHMARKS,
    *repl_stream.BENCHMARKS,
    *ui.BENCHMARKS,
    *startup.BENCHMARKS,
    *clients.BENCHMARKS,
    *train.BENCHMARKS,
    *models.BENCHMARKS,
    *memcheck.BENCHMARKS,
)


Families = Mapping[str, Sequence[Benchmark]]
NONE: Families = MappingProxyType({})


def select(names: Iterable[str], families: Families = NONE) -> list[Benchmark]:
    """Those with these names or of these families, in the suite's order; no name means all of them.

    `families` are measured instead of those of the suite. One that needs a strategy which no plugin brings is
    left out. Raises UnknownName.
    """
    wanted = set(names)
    suite = [b for b in BENCHMARKS if b.family not in families]
    suite += [b for family in families.values() for b in family]
    known = [*dict.fromkeys(b.family for b in suite), *(b.name for b in suite)]
    for name in sorted(wanted - set(known)):
        hint = did_you_mean(name, known) or "playground bench --list"
        raise UnknownName(f"there is no benchmark {name!r}", hint)
    chosen = [b for b in suite if not wanted or {b.name, b.family} & wanted]
    if not any(b.needs for b in chosen):
        return chosen
    from playground.plugins import load_plugins

    strategies = load_plugins().strategies
    return [b for b in chosen if not b.needs or b.needs in strategies]
