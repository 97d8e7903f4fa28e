"""Who is asked when, and what is made of the answers."""

from __future__ import annotations

import pytest

from playground.bench.plan import Benchmark, Probe, Target
from playground.bench.run import BANDWIDTH, Run
from playground.bench.worker import EngineFailed


class Scripted:
    """Answers from lists by label, the first answer of each being the one that does not count."""

    def __init__(self, **answers: list[float]) -> None:
        self._answers = {label: iter(values) for label, values in answers.items()}
        self.asked: list[str] = []

    def ask(self, probe: Probe) -> float:
        if probe is BANDWIDTH:
            return 0.05
        self.asked.append(probe.label)
        if probe.label not in self._answers:
            raise EngineFailed(f"{probe.label} is not installed")
        return next(self._answers[probe.label])


def probe(label: str) -> Probe:
    return Probe(label=label, engine="unused:Unused", measure="unused")


def benchmark(target: Target | None = None, **changes) -> Benchmark:
    values = {
        "name": "family-name",
        "title": "a title",
        "unit": "ms",
        "ours": probe("ours"),
        "against": probe("theirs"),
        "target": target,
        "rounds": 3,
    }
    return Benchmark(**(values | changes))


def test_engines_are_asked_in_turn_and_who_comes_first_changes():
    pool = Scripted(ours=[9, 1, 1, 1], theirs=[9, 2, 2, 2])
    Run(pool).one(benchmark())
    assert pool.asked[:2] == ["ours", "theirs"]  # to be warm
    assert pool.asked[2:] == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]


def test_the_ratio_is_the_median_of_the_rounds_so_a_slow_minute_does_not_count():
    pool = Scripted(ours=[9, 1.0, 10.0, 1.0], theirs=[9, 2.0, 20.0, 4.0])
    outcome = Run(pool).one(benchmark())
    assert outcome.ratio == 2.0
    assert [m.median for m in outcome.measurements] == [1.0, 4.0]


def test_the_first_answer_does_not_count():
    outcome = Run(Scripted(ours=[100, 1, 1, 1], theirs=[100, 2, 2, 2])).one(benchmark())
    assert [m.seconds for m in outcome.measurements] == [(1, 1, 1), (2, 2, 2)]


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target("faster", 2.0), True),
        (Target("faster", 2.1), False),
        (Target("slower", 0.5), True),
        (Target("slower", 0.4), False),
        (Target("seconds", 1.0), True),
        (Target("seconds", 0.9), False),
        (None, None),
    ],
)
def test_a_target_bounds_speed_time_or_seconds(target, met):
    outcome = Run(Scripted(ours=[1] * 4, theirs=[2] * 4)).one(benchmark(target))
    assert outcome.met is met


def test_a_number_of_rounds_can_be_asked_for():
    outcome = Run(Scripted(ours=[1] * 2, theirs=[2] * 2), rounds=1).one(benchmark())
    assert [len(m.seconds) for m in outcome.measurements] == [1, 1]


def test_the_bandwidth_is_read_in_every_round():
    run = Run(Scripted(ours=[1] * 4, theirs=[2] * 4))
    run.one(benchmark())
    assert run.bandwidths == [20.0] * 3


def test_peers_are_asked_only_on_request_and_those_that_are_not_there_are_named():
    asked = benchmark(peers=(probe("fast"), probe("absent")))
    answers = {"ours": [1.0] * 8, "theirs": [2.0] * 8, "fast": [0.5] * 8}
    assert len(Run(Scripted(**answers)).one(asked).measurements) == 2
    outcome = Run(Scripted(**answers), peers=True).one(asked)
    assert [m.label for m in outcome.measurements] == ["ours", "theirs", "fast"]
    assert outcome.absent == ("absent: absent is not installed",)


def test_a_benchmark_that_fails_says_why_and_the_next_one_runs():
    told = []
    pool = Scripted(ours=[1] * 5, theirs=[2] * 4)
    first = benchmark(against=probe("broken"), target=Target("faster", 1))
    outcomes = Run(pool).all([first, benchmark()], told.append)
    assert [o.error for o in outcomes] == ["broken is not installed", None]
    assert outcomes[0].met is None
    assert told == outcomes


def test_a_benchmark_can_stand_alone():
    outcome = Run(Scripted(ours=[1] * 4)).one(benchmark(Target("seconds", 2), against=None))
    assert (outcome.ratio, outcome.met) == (None, True)
