"""Continuations that share their beginnings, drawn as a tree: tokens in the colours of their probabilities.

Knows no terminal: what a search found goes in, and a passage comes out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from playground.api.events import Found, TreeToken
from playground.api.outputs import Note, Output, Passage, Piece
from playground.session.safe_text import one_line

FORK, LAST, PAST, BELOW = "├─ ", "└─ ", "│  ", "   "
SHOWN = 40
"""Continuations that are drawn of a tree."""


class Branch(msgspec.Struct, frozen=True):
    """A token, its log-probability after those above it, and what may follow it, in the order to draw."""

    text: str
    logprob: float
    children: tuple[Branch, ...] = ()


def drawn(branches: Sequence[Branch]) -> Passage:
    """A line for every stretch between two forks, with the probability of the path to its end."""
    return Passage(tuple(_drawn(branches, "", 0.0)))


def _drawn(branches: Sequence[Branch], indent: str, logprob: float) -> Iterator[Piece]:
    for place, branch in enumerate(branches, 1):
        last = place == len(branches)
        yield Piece(indent + (LAST if last else FORK), "dim")
        stretch = list(_stretch(branch))
        for token in stretch:
            yield Piece(one_line(token.text) or "·", logprobs=(token.logprob,))
        whole = logprob + math.fsum(token.logprob for token in stretch)
        yield Piece(f"  {math.exp(whole):.4f}\n", "dim")
        yield from _drawn(stretch[-1].children, indent + (BELOW if last else PAST), whole)


def _stretch(branch: Branch) -> Iterator[Branch]:
    """A token and those after it, up to the next fork or the end."""
    yield branch
    while len(branch.children) == 1:
        (branch,) = branch.children
        yield branch


def grown(tokens: Sequence[TreeToken]) -> tuple[Branch, ...]:
    """The branches of a tree as an event tells it; of many continuations the SHOWN likeliest."""
    paths: list[float] = []
    for token in tokens:
        paths.append(token.logprob + (paths[token.parent] if token.parent >= 0 else 0.0))
    leaves = set(range(len(tokens))) - {token.parent for token in tokens}
    kept = set(sorted(leaves, key=lambda place: (-paths[place], place))[:SHOWN])
    below: dict[int, list[tuple[float, Branch]]] = {}
    # Every token stands after its parent, so from the end on each is complete when its turn comes.
    for place in reversed(range(len(tokens))):
        children = below.pop(place, [])
        if not (children or place in kept):
            continue
        token = tokens[place]
        ordered = tuple(branch for _, branch in sorted(children, key=lambda child: -child[0]))
        branch = Branch(token.text, token.logprob, ordered)
        below.setdefault(token.parent, []).insert(0, (token.logprob, branch))
    return tuple(branch for _, branch in sorted(below.get(-1, []), key=lambda child: -child[0]))


def found(event: Found) -> Iterator[Output]:
    """What a search found beside its texts: how many there are, and its tree."""
    yield Note(event.notice, "notice")
    if event.tree:
        yield drawn(grown(event.tree))
