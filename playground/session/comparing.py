"""Requests from where one is, side by side: they run at once, and each run becomes a node.

What front ends show of it are outputs: the texts in columns as they grow, then the figures, and where the
runs part ways. The data behind it is a `SideBySide`.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from playground.api.errors import InvalidInput, PlaygroundError
from playground.api.outputs import Column, Columns, Note, Output, Piece, Table
from playground.api.request import GenerationRequest
from playground.api.template import Prompt
from playground.session.choices import NONE
from playground.session.comparison import Divergence, Run, SideBySide
from playground.session.going_on import Heard, filled
from playground.session.nodes import Node, text_node
from playground.session.ways import Way

if TYPE_CHECKING:
    from playground.api.events import Event, Token
    from playground.api.memory import MemoryReport
    from playground.session.workbench import Workbench

MOST_RUNS = 64
"""That the session process answers at once."""
DRAWN = 2**32
PAINTS_A_SECOND = 15
LISTED = 5
"""Tokens that are named of a distribution."""


class Asked(msgspec.Struct, frozen=True):
    """A request of a comparison, under its name."""

    name: str
    request: GenerationRequest
    prompt: Prompt | None = None
    """The filled template that its text is, if it is one."""


def requests_of(bench: Workbench, base: GenerationRequest, ways: Sequence[Way]) -> list[Asked]:
    """`base` in each of these ways, under a name that tells them apart.

    Raises PlaygroundError for what cannot be, and where there would not be at least two runs.
    """
    count = len(ways) * base.n
    if count < 2:
        raise InvalidInput("one run alone compares with nothing", "give another chain or model")
    if count > MOST_RUNS:
        raise InvalidInput(f"{count} runs are too many", f"compare at most {MOST_RUNS}")
    seed = secrets.randbelow(DRAWN) if base.seed is None else base.seed
    asked = [_asked(bench, replace(base, seed=seed), way) for way in ways]
    names = _names([each.request for each in asked], [way.template for way in ways])
    return [replace(each, name=name) for each, name in zip(asked, names, strict=True)]


def _asked(bench: Workbench, base: GenerationRequest, way: Way) -> Asked:
    from playground.chain_stages import build_stages

    prompt = None
    if way.template is not None:
        prompt, base = _of_template(bench, base, way.template)
    model = base.model if way.model is None else way.model
    bench.session.catalog.resolve(model)
    chain = build_stages(way.chain or base.chain, bench.plugins).text
    seed = base.seed if way.seed is None else way.seed
    return Asked("", replace(base, model=model, chain=chain, seed=seed), prompt)


def _of_template(
    bench: Workbench, base: GenerationRequest, name: str
) -> tuple[Prompt | None, GenerationRequest]:
    """`base` with the text that a template makes of its own, and with what the template asks for."""
    choices, settings = bench.choices, bench.settings
    prompt = None if name == NONE else filled(bench, base.prompt, template=name)
    meant = prompt or Prompt(text=base.prompt)
    limits = (choices.max_tokens, meant.max_tokens, settings.max_tokens)
    return prompt, replace(
        base,
        prompt=meant.text,
        chain=choices.chain or meant.chain or settings.chain,
        max_tokens=next(limit for limit in limits if limit is not None),
        stop=tuple(dict.fromkeys((*meant.stop, *choices.stop))),
    )


def _names(requests: Sequence[GenerationRequest], templates: Sequence[str | None]) -> Iterator[str]:
    """The chain of each, and what else they do not have in common."""
    models = len({request.model for request in requests}) > 1
    seeds = len({request.seed for request in requests}) > 1
    prompts = len(set(templates)) > 1
    for request, template in zip(requests, templates, strict=True):
        parts = [request.model] * models + [request.chain]
        parts += [template or "as it is"] * prompts + [f"seed {request.seed}"] * seeds
        yield " · ".join(parts)


def compare(bench: Workbench, asked: Sequence[Asked]) -> Generator[Output, None, SideBySide]:
    """The texts as they grow, in columns; what comes of it is returned. One stays where one is."""
    here = bench.tree.cursor
    bench.keeper.open()
    side = SideBySide([(each.name, each.request) for each in asked])
    parents = _parents(bench, asked)
    heard = _InOrder(
        [Heard(bench, e.request, at, e.prompt) for e, at in zip(asked, parents, strict=True)]
    )
    events = bench.events_of_all([each.request for each in asked])
    due = 0.0
    failure: PlaygroundError | None = None
    try:
        for which, event in events:
            heard.take(which, event)
            side.take(which, event)
            if time.monotonic() >= due:
                due = time.monotonic() + 1 / PAINTS_A_SECOND
                yield columns(side, final=False)
    except PlaygroundError as error:
        failure = error
    finally:
        # Whoever shows it may have left: what was said stays.
        events.close()
        for which, nodes in enumerate(heard.end()):
            for node in nodes:
                side.run(which, node.sequence).node = bench.number(node.id)
        bench.go(here)
    yield from bench.told()
    if failure is None or any(run.started for run in side.runs):
        yield columns(side)
    if failure is not None:
        raise failure
    return side


def _parents(bench: Workbench, asked: Sequence[Asked]) -> list[str | None]:
    """Where each goes on: here, or where a node holds what its template makes of the text here."""
    found = {bench.text: bench.tree.cursor}
    for node in bench.tree.children(None):
        if node.kind == "text":
            found.setdefault(node.text, node.id)
    for each in asked:
        if each.request.prompt not in found:
            node = text_node(None, each.request.prompt)
            bench.tree.add(node, move=False)
            bench.keeper.add(node)
            found[node.text] = node.id
    return [found[each.request.prompt] for each in asked]


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

    def end(self) -> Iterator[list[Node]]:
        """The nodes of each request, which are made now."""
        for which, each in enumerate(self._heard):
            self._drain(which)
            each.end(move=False)
            yield each.nodes

    def _drain(self, which: int) -> None:
        waiting, self._waiting[which] = self._waiting[which], []
        for event in waiting:
            self._heard[which].take(event)


def columns(side: SideBySide, *, final: bool = True) -> Columns:
    """The texts so far; what all with the same noise have said is dimmed, and where they part is bold."""
    shown = [
        Column(run.name, tuple(_pieces(run, parting)), run.node)
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
