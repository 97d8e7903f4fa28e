"""Continuations that share their beginnings, drawn as a tree: tokens in the colours of their probabilities.

Knows neither where they come from nor a terminal: nested tokens go in, and a passage comes out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from playground.api.outputs import Passage, Piece
from playground.session.safe_text import one_line

FORK, LAST, PAST, BELOW = "├─ ", "└─ ", "│  ", "   "


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


def grown(texts: Sequence[Sequence[tuple[str, float]]]) -> tuple[Branch, ...]:
    """The tree of some continuations, each of tokens with their log-probabilities, in their order."""
    first: dict[tuple[str, float], list[Sequence[tuple[str, float]]]] = {}
    for text in texts:
        if text:
            first.setdefault(text[0], []).append(text[1:])
    return tuple(Branch(text, logprob, grown(rest)) for (text, logprob), rest in first.items())
