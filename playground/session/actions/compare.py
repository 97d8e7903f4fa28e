"""Comparing: the same text gone on with in several ways at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.outputs import Note, Output

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


def compare(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session import comparing
    from playground.session.going_on import request_of
    from playground.session.remembering import against_of, of_runs
    from playground.session.ways import beside_chosen, ways_and_data

    ways, data = ways_and_data(given["ways"] or "")
    against = against_of(data) if data else None
    if bench.choices.n == 1:
        ways = beside_chosen(ways)
    asked = comparing.requests_of(bench, request_of(bench), ways)
    side = yield from comparing.compare(bench, asked)
    told: list[str] = []
    cue = bench.text.rpartition("\n")[2]
    memory = []
    if against:
        memory = bench.ask(lambda: of_runs(bench.plugins, side, against, cue, told.append))
    for line in told:
        yield Note(line, "notice")
    yield from comparing.outcome(side, memory)
    if nodes := [run.node for run in side.runs if run.node is not None]:
        places = f"node {nodes[0]}" if len(nodes) == 1 else f"nodes {nodes[0]} to {nodes[-1]}"
        yield Note(f"{places} · seed {asked[0].request.seed} · /goto goes on with one", "notice")


ACTIONS = (
    Action(
        name="compare",
        group="look",
        summary="Go on in several ways at once, side by side, and see where they part.",
        details="Chains are words, those with spaces in quotes. With one, it is compared with the chain "
        "that is chosen; without any, /n samples of that are. model=NAME, template=NAME and seed=N, as often "
        "as you like, compare models, templates filled with the text, and seeds, in every combination; a "
        "; begins others: greedy ; sample model=gpt2. against=FILE tells what of each stands in that data. "
        "All have the same noise. Each becomes a node; you stay where you are.",
        arguments=(
            Argument(
                name="ways",
                rest=True,
                optional=True,
                completer="ways",
                suggestions=('"beam(width=4)"', "model=", "template=", "seed=", "against="),
                help="Chains, model=NAME, template=NAME, seed=N, against=FILE, and ; between several such.",
            ),
        ),
        run=compare,
    ),
)
