"""All benchmarks, by family and name."""

from __future__ import annotations

from collections.abc import Iterable

from playground.api.errors import UnknownName
from playground.bench import (
    chain,
    charrnn,
    clients,
    detokenize,
    generation,
    repl_stream,
    startup,
    ui,
)
from playground.bench.plan import Benchmark
from playground.registry import did_you_mean

BENCHMARKS: tuple[Benchmark, ...] = (
    *generation.BENCHMARKS,
    *chain.BENCHMARKS,
    *detokenize.BENCHMARKS,
    *charrnn.BENCHMARKS,
    *repl_stream.BENCHMARKS,
    *ui.BENCHMARKS,
    *startup.BENCHMARKS,
    *clients.BENCHMARKS,
)


def select(names: Iterable[str]) -> list[Benchmark]:
    """Those with these names or of these families, in the suite's order; no name means all of them.

    Raises UnknownName.
    """
    wanted = set(names)
    known = [*dict.fromkeys(b.family for b in BENCHMARKS), *(b.name for b in BENCHMARKS)]
    for name in sorted(wanted - set(known)):
        hint = did_you_mean(name, known) or "playground bench --list"
        raise UnknownName(f"there is no benchmark {name!r}", hint)
    return [b for b in BENCHMARKS if not wanted or {b.name, b.family} & wanted]
