"""Comparing: the same text gone on with in several ways at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output
from playground.session.actions.words import split

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


def compare(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session import comparing
    from playground.session.going_on import request_of
    from playground.session.remembering import against_of, of_runs

    chains, models, seeds, data = _meant(given["chains"] or "")
    against = against_of(data) if data else None
    if len(chains) == 1 and len(models) < 2 and len(seeds) < 2 and bench.choices.n == 1:
        chains.insert(0, bench.chain)
    base = request_of(bench)
    requests = comparing.requests_of(bench, base, chains=chains, models=models, seeds=seeds)
    known = len(bench.tree)
    side = yield from comparing.compare(bench, requests)
    told: list[str] = []
    cue = bench.text.rpartition("\n")[2]
    memory = of_runs(bench.plugins, side, against, cue, told.append) if against else []
    for line in told:
        yield Note(line, "notice")
    yield from comparing.outcome(side, memory)
    if new := len(bench.tree) - known:
        nodes = f"node {known + 1}" if new == 1 else f"nodes {known + 1} to {known + new}"
        yield Note(f"{nodes} · seed {requests[0][1].seed} · /goto goes on with one", "notice")


def _meant(text: str) -> tuple[list[str], list[str], list[int], list[str]]:
    """Chains, models, seeds, and the data to check against. Raises InvalidInput."""
    chains: list[str] = []
    models: list[str] = []
    seeds: list[int] = []
    data: list[str] = []
    for word in split(text):
        kind, _, value = word.partition("=")
        if kind == "model":
            models.append(value)
        elif kind == "against":
            data.append(value)
        elif kind == "seed":
            if not (value.isdecimal() and value.isascii()):
                raise InvalidInput(f"a seed is a whole number, not {value!r}", "seed=7")
            seeds.append(int(value))
        else:
            chains.append(word)
    return chains, models, seeds, data


ACTIONS = (
    Action(
        name="compare",
        group="look",
        summary="Go on in several ways at once, side by side, and see where they part.",
        details="Chains are words, those with spaces in quotes. With one, it is compared with the chain "
        "that is chosen; without any, /n samples of that are. model=NAME and seed=N, as often as you like, "
        "compare models and seeds; "
        "against=FILE tells what of each stands in that data. All have the same noise. "
        "Each becomes a node; you stay where you are.",
        arguments=(
            Argument(
                name="chains",
                rest=True,
                optional=True,
                suggestions=("greedy", '"beam(width=4)"', "model=", "seed=", "against="),
                help="Chains, model=NAME, seed=N, against=FILE.",
            ),
        ),
        run=compare,
    ),
)
