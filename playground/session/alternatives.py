"""What could have been said at a token: from what was heard when it was said, or asked of the model again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from playground.api.errors import InvalidInput
from playground.api.results import Considered
from playground.session.nodes import NodeToken
from playground.session.tracing import trace_of

if TYPE_CHECKING:
    from playground.api.events import Token
    from playground.session.nodes import Node
    from playground.session.workbench import Workbench


def considered(token: Token) -> tuple[Considered, ...]:
    """What the chain left, likeliest first.

    `raw_logprob` is NaN of what is not among the likeliest of the model alone: it was not told.
    """
    raw = {other.id: other.logprob for other in token.raw_alternatives}
    raw[token.id] = token.raw_logprob
    return tuple(
        Considered(
            id=other.id,
            text=other.text,
            logprob=other.logprob,
            raw_logprob=raw.get(other.id, math.nan),
        )
        for other in token.alternatives
    )


def removed(token: Token) -> tuple[Considered, ...]:
    """Those of the model's likeliest that the chain removed, where it left fewer than were asked for."""
    if len(token.alternatives) >= len(token.raw_alternatives):
        return ()
    left = {other.id for other in token.alternatives}
    return tuple(
        Considered(id=other.id, text=other.text, logprob=-math.inf, raw_logprob=other.logprob)
        for other in token.raw_alternatives
        if other.id not in left
    )


def alternatives(bench: Workbench, node: Node, at: int) -> tuple[Considered, ...]:
    """What the chain left at token `at` of a node, likeliest first; a NaN as `considered` says."""
    if spoken := bench.spoken.get(node.id):
        return considered(spoken.tokens[at])
    return trace_of(bench, node, at).alternatives


def alternative(bench: Workbench, node: Node, at: int, rank: int) -> NodeToken:
    """The one of this rank, to be taken. Raises InvalidInput where none is known."""
    others = alternatives(bench, node, at)
    if rank >= len(others):
        raise InvalidInput(
            f"no alternative {rank} is known for token {at}: there are {len(others)}",
            "/set alternatives 20 has more told from then on",
        )
    other = others[rank]
    raw = other.raw_logprob
    if math.isnan(raw):
        alone = trace_of(bench, node, at, other.id).stages[0].probability
        raw = math.log(alone) if alone else -math.inf
    return NodeToken(other.id, other.text, other.logprob, raw)
