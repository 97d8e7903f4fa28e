"""Runs side by side: what each has said, how it fares, and where they part ways.

Pure data that grows with the events of several requests; front ends draw it, and it knows none of them. A run
is one sequence of one request. Runs with the same sequence number and seed have the same noise, so where they
part ways it is the chain, or the model, that did it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, zip_longest

import msgspec

from playground.api.events import Drafted, Event, Finished, Started, Token
from playground.api.request import GenerationRequest
from playground.session import metrics


class Run(msgspec.Struct):
    """One text of a comparison as it grows."""

    name: str
    request: GenerationRequest
    sequence: int
    started: Started | None = None
    tokens: list[Token] = []
    draft: str = ""
    finished: Finished | None = None
    node: int | None = None
    """The number of the node that it has become."""

    @property
    def text(self) -> str:
        """What was said, without a draft."""
        if self.finished is not None:
            return self.finished.text
        return "".join(token.text for token in self.tokens)

    @property
    def figures(self) -> Figures:
        """How it fares."""
        ids = [token.id for token in self.tokens]
        seconds = self.finished.seconds if self.finished else 0.0
        return Figures(
            tokens=len(ids),
            tokens_per_second=len(ids) / seconds if seconds else 0.0,
            perplexity=metrics.perplexity([token.raw_logprob for token in self.tokens]),
            distinct_1=metrics.distinct(ids, 1),
            distinct_2=metrics.distinct(ids, 2),
            repetition=metrics.repetition(ids),
            mean_rank=metrics.mean_rank([token.raw_rank for token in self.tokens]),
        )


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one run. Speed is that of a run among the others; perplexity and ranks are by its model alone."""

    tokens: int
    tokens_per_second: float
    perplexity: float | None
    distinct_1: float
    distinct_2: float
    repetition: float
    mean_rank: float | None


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """The first token at which runs with the same noise do not say the same.

    `sequence`: of which sequence's runs it is. `tokens`: every run that has come so far, and its token there,
    which tells what it was chosen from.
    """

    index: int
    sequence: int
    tokens: tuple[tuple[Run, Token], ...]


class SideBySide:
    """All runs of some requests, in the order of the requests, each one's sequences together."""

    def __init__(self, requests: Sequence[tuple[str, GenerationRequest]]) -> None:
        """Requests, each under a name; one with several sequences is several runs."""
        self.runs = [
            Run(f"{name} #{sequence + 1}" if request.n > 1 else name, request, sequence)
            for name, request in requests
            for sequence in range(request.n)
        ]
        self._first = [0, *accumulate(request.n for _, request in requests)]

    def run(self, which: int, sequence: int) -> Run:
        """The run of a sequence of request number `which`."""
        return self.runs[self._first[which] + sequence]

    def take(self, which: int, event: Event) -> Run:
        """The run that an event of request number `which` belongs to, with the event."""
        run = self.run(which, event.sequence)
        if isinstance(event, Started):
            run.started = event
        elif isinstance(event, Token):
            run.tokens.append(event)
            run.draft = run.draft.removeprefix(event.text)
        elif isinstance(event, Drafted):
            run.draft = event.text
        elif isinstance(event, Finished):
            run.finished, run.draft = event, ""
        return run

    def divergence(self) -> Divergence | None:
        """Where runs part ways first, as far as they have come; None: nowhere."""
        found = [
            (index, group[0].sequence)
            for group in self._groups()
            if (index := parting(group)) is not None
        ]
        if not found:
            return None
        index, sequence = min(found)
        there = tuple((run, run.tokens[index]) for run in self.runs if index < len(run.tokens))
        return Divergence(index=index, sequence=sequence, tokens=there)

    def partings(self) -> list[int | None]:
        """For each run, the index at which it and those with its noise part ways first."""
        where = {id(run): parting(group) for group in self._groups() for run in group}
        return [where[id(run)] for run in self.runs]

    def _groups(self) -> list[list[Run]]:
        """Runs that have their noise in common; all of them where each has its own."""
        groups: dict[tuple[int | None, int], list[Run]] = {}
        for run in self.runs:
            groups.setdefault((run.request.seed, run.sequence), []).append(run)
        alone = all(len(group) == 1 for group in groups.values())
        return [self.runs] if alone else list(groups.values())


def parting(runs: Sequence[Run]) -> int | None:
    """The first index at which two runs have different tokens; one that has ended before has none there.

    Tokens of different tokenizers are compared by the bytes that they add.
    """
    as_ids = len({run.started.tokenizer_hash for run in runs if run.started}) == 1
    said = [[token.id if as_ids else token.bytes for token in run.tokens] for run in runs]
    for index, there in enumerate(zip_longest(*said)):
        if len({each for each in there if each is not None}) > 1:
            return index
    return None
