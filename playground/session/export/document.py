"""What is exported: a session, its nodes that are not deleted, and the runs that made them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from playground.session.nodes import Node
from playground.session.store import History, Run, SessionInfo


@dataclass(frozen=True)
class Document:
    """Nodes in the order of reading, each with its depth from 0; runs by id."""

    session: SessionInfo
    nodes: list[tuple[int, Node]]
    runs: dict[str, Run]

    @classmethod
    def of(cls, history: History, session: SessionInfo) -> Document:
        nodes = list(history.tree(session.id).walk())
        runs = {node.run: history.run(node.run) for _, node in nodes if node.run}
        return cls(session, nodes, runs)

    @property
    def title(self) -> str:
        return self.session.name or self.session.id

    def facts(self, node: Node) -> Iterator[tuple[str, str]]:
        """What is to be said of a node, beside its text: a word and its value each."""
        yield "made", date(node.created)
        if node.parent:
            yield "after", node.parent
        if node.name:
            yield "name", node.name
        if run := self.runs.get(node.run or ""):
            yield "model", run.model
            yield "chain", run.chain
            yield "seed", str(run.seed)
            if run.request.n > 1:
                yield "sequence", f"{node.sequence + 1} of {run.request.n}"
            if run.template:
                yield "template", run.template
        if node.ended:
            yield "tokens", f"{len(node.tokens):,}"
            yield "ended", node.ended if node.error is None else f"{node.ended}: {node.error}"


def date(seconds: float) -> str:
    """A moment of local time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def spoken(node: Node) -> Iterator[tuple[str, list[float]]]:
    """The stretches of a node's text with the model's own log-probability of each of their tokens.

    A token of half a character has no text: the one that completes it shows both. What no token
    said comes last, without one.
    """
    logprobs: list[float] = []
    place = 0
    for token in node.tokens:
        logprobs.append(token.raw_logprob)
        if token.text:
            yield token.text, logprobs
            logprobs = []
            place += len(token.text)
    if rest := node.text[place:]:
        yield rest, logprobs
