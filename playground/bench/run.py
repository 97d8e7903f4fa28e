"""Ask everybody in turn, round after round, and take medians.

The machine's own speed drifts within minutes, so what is compared is asked within seconds: a ratio is the
median of the rounds' ratios, and the memory bandwidth is read in every round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Protocol

from playground.bench.plan import Benchmark, Probe, Target
from playground.bench.report import Measurement, Outcome
from playground.bench.worker import EngineFailed

BANDWIDTH = Probe(
    label="bandwidth", engine="playground.bench.machine:Memory", measure="read_gigabyte"
)

Samples = dict[str, list[float]]


class Asker(Protocol):
    """Whoever knows the engines: a `Pool`."""

    def ask(self, probe: Probe) -> float:
        """Seconds for one item. Raises EngineFailed."""


class Run:
    """One interleaved run of some benchmarks."""

    def __init__(self, pool: Asker, *, rounds: int | None = None, peers: bool = False) -> None:
        """`rounds`: instead of each benchmark's own number. `peers`: ask other engines too."""
        self.bandwidths: list[float] = []
        """GB/s, one for every round."""
        self._pool = pool
        self._rounds = rounds
        self._peers = peers

    def all(
        self,
        benchmarks: Iterable[Benchmark],
        done: Callable[[Outcome], None] = lambda outcome: None,
    ) -> list[Outcome]:
        """Run them in order, telling `done` after each; one that fails does not stop the others."""
        outcomes = []
        for benchmark in benchmarks:
            outcomes.append(self.one(benchmark))
            done(outcomes[-1])
        return outcomes

    def one(self, benchmark: Benchmark) -> Outcome:
        """Run one; where ours or the one it is held against fails, the outcome says why."""
        required = [benchmark.ours, *([benchmark.against] if benchmark.against else [])]
        try:
            for probe in required:
                self._pool.ask(probe)
            peers, absent = self._present(benchmark.peers if self._peers else ())
            samples = self._interleave([*required, *peers], self._rounds or benchmark.rounds)
        except EngineFailed as error:
            return _outcome(benchmark, {}, error=error.message)
        return _outcome(benchmark, samples, absent=absent)

    def _present(self, peers: Sequence[Probe]) -> tuple[list[Probe], list[str]]:
        """The peers that answer, warm now, and why the others do not."""
        present, absent = [], []
        for peer in peers:
            try:
                self._pool.ask(peer)
                present.append(peer)
            except EngineFailed as error:
                absent.append(f"{peer.label}: {error.message}")
        return present, absent

    def _interleave(self, probes: list[Probe], rounds: int) -> Samples:
        samples: Samples = {probe.label: [] for probe in probes}
        for number in range(rounds):
            self.bandwidths.append(1 / self._pool.ask(BANDWIDTH))
            # Who comes first changes, so that no one always runs on a machine that just rested.
            for probe in probes if number % 2 == 0 else reversed(probes):
                samples[probe.label].append(self._pool.ask(probe))
        return samples


def _outcome(
    benchmark: Benchmark, samples: Samples, *, absent: Sequence[str] = (), error: str | None = None
) -> Outcome:
    ours, against = benchmark.ours.label, benchmark.against.label if benchmark.against else None
    ratio = None
    if against and samples:
        pairs = zip(samples[against], samples[ours], strict=True)
        ratio = median(theirs / own for theirs, own in pairs)
    return Outcome(
        name=benchmark.name,
        title=benchmark.title,
        unit=benchmark.unit,
        ours=ours,
        against=against,
        measurements=tuple(
            Measurement(label=label, seconds=tuple(values), median=median(values))
            for label, values in samples.items()
        ),
        ratio=ratio,
        target=benchmark.target,
        met=_met(benchmark.target, ratio, samples.get(ours)),
        absent=tuple(absent),
        error=error,
    )


def _met(target: Target | None, ratio: float | None, ours: list[float] | None) -> bool | None:
    if target is None or not ours:
        return None
    if target.kind == "seconds":
        return target.met_by(median(ours))
    if ratio is None:
        raise ValueError("a target that compares needs something to compare with")
    return target.met_by(ratio if target.kind == "faster" else 1 / ratio)
