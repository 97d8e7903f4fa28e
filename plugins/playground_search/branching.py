"""All continuations of a text that are worth looking at, as a tree, and the likeliest of them.

Depth first and some branches at a time, so that only a few states and rows of logits are held however
many branches there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from playground.api import (
    Branch,
    Commit,
    DecodeContext,
    Decoding,
    Draft,
    InvalidInput,
    Read,
    Reading,
    State,
)
from playground_search.spoken import has_ended, left_after, piece_after

if TYPE_CHECKING:
    from numpy import ndarray


TOGETHER = 32
"""Branches that are read in one pass."""
MOST = 20_000
"""Branches that a tree may have."""


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """The last token of a continuation.

    logprob: of the continuation, after the chain. place: of its branch in the tree. state: having read
    all but this token.
    """

    before: Node | None
    place: int
    step: Commit
    ids: tuple[int, ...]
    spoken: bytes
    logprob: float
    state: State

    def steps(self) -> list[Commit]:
        """The commits of the continuation, in order."""
        steps = [self.step]
        node = self
        while node.before is not None:
            node = node.before
            steps.append(node.step)
        return steps[::-1]

    def commits(self, sequence: int) -> Iterator[Commit]:
        for step in self.steps():
            yield msgspec.structs.replace(step, sequence=sequence)

    def draft(self, sequence: int) -> Draft:
        return Draft(tuple(step.token for step in self.steps()), sequence)


@dataclass
class Growth:
    """What has been found so far.

    branches: all of the tree. best: as many continuations as are told, the likeliest first. found: how
    many there are, and mass: their probability together.
    """

    branches: list[Branch] = field(default_factory=list)
    best: list[Node] = field(default_factory=list)
    found: int = 0
    mass: float = 0.0

    def take(self, leaf: Node, count: int) -> bool:
        """A continuation is complete; whether it is one of the `count` best."""
        import math

        self.found += 1
        self.mass += math.exp(leaf.logprob)
        self.best = sorted([*self.best, leaf], key=lambda node: (-node.logprob, node.ids))[:count]
        return leaf in self.best

    def summary(self, count: int) -> str:
        """How many continuations there are, how likely together, and how many of them are told."""
        found = f"{self.found:,}, together {self.mass:.4f} of the probability"
        if self.found > count:
            return f"{found}; the likeliest {count} told"
        return f"{found}; too few for {count} sequences" if self.found < count else found


Worth = Callable[[float, "ndarray"], "ndarray"]
"""From a continuation's log-probability and those (n,) of what may follow: which are worth it (n,)."""


def grow(
    context: DecodeContext, depth: int, worth: Worth, growth: Growth, *, partial: bool
) -> Decoding:
    """Look at every branch that is `worth` it down to `depth` tokens, and fill `growth`.

    Where nothing that follows is worth it, a continuation is complete if `partial`, else no continuation.
    """
    waiting = _children(context, None, context.reading, worth, growth) or []
    while waiting:
        nodes = [waiting.pop() for _ in range(min(TOGETHER, len(waiting)))]
        ended = [node for node in nodes if _is_complete(context, node, depth)]
        going = [node for node in nodes if node not in ended]
        readings: list[Reading] = []
        if going:
            reads = [Read(node.state, node.ids[-1:], logits_to_keep=1) for node in going]
            readings = yield from context.read_all(reads)
        for node, reading in zip(going, readings, strict=True):
            children = _children(context, node, reading, worth, growth)
            waiting += children or []
            if children is None or (partial and not children):
                ended.append(node)
        yield from _told(ended, growth, context.count)


def _told(ended: list[Node], growth: Growth, count: int) -> Decoding:
    changed = [growth.take(leaf, count) for leaf in ended]
    if any(changed):
        for sequence, leaf in enumerate(growth.best):
            yield leaf.draft(sequence)


def _is_complete(context: DecodeContext, node: Node, depth: int) -> bool:
    length = len(node.ids) - len(context.ids)
    return length >= depth or has_ended(context, node.ids, node.spoken)


def _children(
    context: DecodeContext, node: Node | None, reading: Reading, worth: Worth, growth: Growth
) -> list[Node] | None:
    """The branches after a node (None: the prompt), the least likely first; None after a complete text."""
    import numpy as np

    ids = node.ids if node else tuple(context.ids)
    before = node.logprob if node else 0.0
    row = reading.logits[-1]
    left = left_after(context, ids, row)
    if left is None:
        return None
    chances = left.log_probabilities().astype(np.float64)
    places = worth(before, chances).nonzero()[0]
    if len(growth.branches) + len(places) > MOST:
        raise InvalidInput(
            f"the tree has more than {MOST:,} branches",
            "a higher `above`, a chain that leaves fewer candidates, or a smaller depth",
        )
    children = []
    for place in places[np.argsort(chances[places], kind="stable")].tolist():
        token, chance = int(left.ids[place]), float(chances[place])
        spoken = (node.spoken if node else b"") + piece_after(context, ids, token)
        at = len(growth.branches)
        growth.branches.append(Branch(node.place if node else -1, token, chance))
        step = Commit(token, left, row)
        children.append(Node(node, at, step, (*ids, token), spoken, before + chance, reading.state))
    return children
