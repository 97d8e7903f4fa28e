"""Requests from where one is, side by side: they run at once, and each run becomes a node.

What front ends show of it are outputs: the texts in columns as they grow, then the figures, and where the
runs part ways. The data behind it is a `SideBySide`.
"""

from __future__ import annotations

import itertools
import math
import secrets
import time
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from playground.api.errors import InvalidInput
from playground.api.outputs import Column, Columns, Note, Output, Piece, Table
from playground.session.comparison import Divergence, Run, SideBySide
from playground.session.going_on import Heard

if TYPE_CHECKING:
    from playground.api.events import Event, Token
    from playground.api.memory import MemoryReport
    from playground.api.request import GenerationRequest
    from playground.api.template import Prompt
    from playground.session.workbench import Workbench

MOST_RUNS = 64
"""That the session process answers at once."""
DRAWN = 2**32
PAINTS_A_SECOND = 15
LISTED = 5
"""Tokens that are named of a distribution."""

Requests = list[tuple[str, "GenerationRequest"]]


def requests_of(
    bench: Workbench,
    base: GenerationRequest,
    *,
    chains: Sequence[str] = (),
    models: Sequence[str] = (),
    seeds: Sequence[int] = (),
) -> Requests:
    """`base` with every model, chain and seed, those of `base` where none is given, each under a name.

    Raises PlaygroundError for what cannot be, and where there would not be at least two runs.
    """
    from playground.chain_stages import build_stages

    models = models or [base.model]
    for model in models:
        bench.session.catalog.resolve(model)
    chains = [build_stages(chain, bench.plugins).text for chain in chains or [base.chain]]
    seeds = seeds or [secrets.randbelow(DRAWN) if base.seed is None else base.seed]
    found = []
    for model, chain, seed in itertools.product(models, chains, seeds):
        parts = [model] * (len(models) > 1) + [chain] + [f"seed {seed}"] * (len(seeds) > 1)
        found.append((" · ".join(parts), replace(base, model=model, chain=chain, seed=seed)))
    count = len(found) * base.n
    if count < 2:
        raise InvalidInput("one run alone compares with nothing", "give another chain or model")
    if count > MOST_RUNS:
        raise InvalidInput(f"{count} runs are too many", f"compare at most {MOST_RUNS}")
    return found


def compare(
    bench: Workbench, requests: Requests, prompt: Prompt | None = None
) -> Generator[Output, None, SideBySide]:
    """The texts as they grow, in columns; what comes of it is returned. One stays where one is.

    `prompt`: the filled template that the text is, if it is one.
    """
    parent = bench.tree.cursor
    bench.keeper.open()
    side = SideBySide(requests)
    heard = _InOrder([Heard(bench, request, parent, prompt) for _, request in requests])
    events = bench.events_of_all([request for _, request in requests])
    due = 0.0
    try:
        for which, event in events:
            heard.take(which, event)
            side.take(which, event)
            if time.monotonic() >= due:
                due = time.monotonic() + 1 / PAINTS_A_SECOND
                yield columns(side, final=False)
    finally:
        # Whoever shows it may have left: what was said stays.
        events.close()
        heard.end()
        bench.go(parent)
    yield from bench.told()
    yield columns(side)
    return side


class _InOrder:
    """Lets what keeps each request begin in their order, whichever is heard first: so nodes are numbered."""

    def __init__(self, heard: Sequence[Heard]) -> None:
        self._heard = heard
        self._waiting: list[list[Event]] = [[] for _ in heard]
        self._begun = 0

    def take(self, which: int, event: Event) -> None:
        self._waiting[which].append(event)
        while self._begun < len(self._heard) and self._waiting[self._begun]:
            self._drain(self._begun)
            self._heard[self._begun].flush()
            self._begun += 1
        if which < self._begun:
            self._drain(which)

    def end(self) -> None:
        for which, each in enumerate(self._heard):
            self._drain(which)
            each.end(move=False)

    def _drain(self, which: int) -> None:
        waiting, self._waiting[which] = self._waiting[which], []
        for event in waiting:
            self._heard[which].take(event)


def columns(side: SideBySide, *, final: bool = True) -> Columns:
    """The texts so far; what all with the same noise have said is dimmed, and where they part is bold."""
    shown = [
        Column(run.name, tuple(_pieces(run, parting)))
        for run, parting in zip(side.runs, side.partings(), strict=True)
    ]
    return Columns(tuple(shown), final)


def _pieces(run: Run, parting: int | None) -> Iterator[Piece]:
    texts = [token.text for token in run.tokens]
    if parting is None:
        yield Piece("".join(texts))
    else:
        yield Piece("".join(texts[:parting]), "dim")
        yield Piece("".join(texts[parting : parting + 1]), "bold")
        yield Piece("".join(texts[parting + 1 :]))
    yield Piece(run.draft, "dim")


def outcome(side: SideBySide, memory: Sequence[MemoryReport | None] = ()) -> Iterator[Output]:
    """The figures, where the runs part ways, and what went wrong."""
    for line in notices(side):
        yield Note(line, "notice")
    yield figures(side)
    if memory:
        yield remembered(side, memory)
    yield from parted(side.divergence())
    for run in side.runs:
        if run.finished and run.finished.error:
            yield Note(f"{run.name}: {run.finished.error}", "error", run.finished.hint or "")


def remembered(side: SideBySide, memory: Sequence[MemoryReport | None]) -> Table:
    """What of each run stands in the data, beside the same of human text; `memory` is in their order."""
    from playground.session.remembering import beside_human

    headers = ("longest", "token run", "8-grams", "same cue", "longest in", "run")
    rows = (
        (*beside_human(report), run.name) for run, report in zip(side.runs, memory, strict=True)
    )
    return Table(headers, tuple(rows), right=headers[:4])


def notices(side: SideBySide) -> list[str]:
    """What the user should know of how the requests were taken, each once."""
    told = [line for run in side.runs if run.started for line in run.started.notices]
    return list(dict.fromkeys(told))


def figures(side: SideBySide) -> Table:
    """A row a run; the last column can wrap."""
    headers = ("tokens", "perplexity", "dist-1", "dist-2", "repeats", "rank", "run")
    return Table(headers, tuple(map(_figures, side.runs)), right=headers[:-1])


def _figures(run: Run) -> tuple[Any, ...]:
    found, end = run.figures, run.finished
    how = (
        f"{end.reason} in {end.seconds:.2f} s ({found.tokens_per_second:,.0f}/s)" if end else "left"
    )
    return (
        found.tokens,
        None if found.perplexity is None else f"{found.perplexity:.4g}",
        f"{found.distinct_1:.3f}",
        f"{found.distinct_2:.3f}",
        f"{found.repetition:.3f}",
        None if found.mean_rank is None else f"{found.mean_rank:.2f}",
        f"{run.name}: {how}",
    )


def parted(divergence: Divergence | None) -> Iterator[Note | Table]:
    """Where runs part ways, and what each chose from there."""
    if divergence is None:
        yield Note("they say the same")
        return
    run, token = divergence.tokens[0]
    before = "".join(each.text for each in run.tokens[: token.index])
    after = f' after "{before[-40:]}"' if before else ""
    yield Note(f"they part at token {divergence.index}{after}".replace("\n", "␊"))
    headers = ("run", "took", "probability", "rank", "of")
    rows = tuple(_chosen(*each) for each in divergence.tokens)
    yield Table(headers, rows, right=headers[2:4])


def _chosen(run: Run, token: Token) -> tuple[Any, ...]:
    others = token.alternatives[:LISTED]
    return (
        run.name,
        f'"{token.text}"',
        f"{math.exp(token.logprob):.4f}",
        token.rank,
        "  ".join(f'"{each.text}" {math.exp(each.logprob):.4f}' for each in others),
    )
