"""What a transcript shows, piece by piece: what was typed, and every token that was said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playground.session.nodes import Node


@dataclass(slots=True)
class Piece:
    """A stretch of the document; `at` is its place among the tokens of `node`, None for what was typed."""

    text: str
    node: str = ""
    """Empty while its node is not made yet: the token streams."""
    at: int | None = None
    logprob: float = 0.0
    raw_logprob: float = 0.0
    """Natural, after the chain and by the model alone."""

    @property
    def is_token(self) -> bool:
        return self.at is not None

    @property
    def probability(self) -> float:
        """By the model alone."""
        return math.exp(self.raw_logprob)

    @property
    def bits(self) -> float:
        """Its surprisal."""
        return -self.raw_logprob / math.log(2)

    def says_the_same(self, other: Piece) -> bool:
        """Whether both are drawn alike."""
        return (self.text, self.at, self.raw_logprob) == (other.text, other.at, other.raw_logprob)


def pieces_of(path: Iterable[Node]) -> Iterator[Piece]:
    """The pieces of a document: its nodes from the first to the last."""
    for node in path:
        if not node.tokens:
            yield Piece(node.text, node.id)
        for at, token in enumerate(node.tokens):
            yield Piece(token.text, node.id, at, token.logprob, token.raw_logprob)
