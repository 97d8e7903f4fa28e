"""The funnel of a token: the chain at its place, stage by stage, as a table that every front end shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from playground.api.events import Token
from playground.api.outputs import Note, Table
from playground.api.results import Considered, StageTrace, TokenTrace
from playground.session.safe_text import one_line

HEADERS = ("stage", "left", "mass", "entropy", "rank", "probability", "cut there")
NOTABLE = 1e-3
"""A difference of probabilities that rounding does not make."""


def funnel(trace: TokenTrace, told: Token | None = None) -> Iterator[Note | Table]:
    """The table and what greedy would have done; `told`: what the generation said of the token."""
    yield Table(HEADERS, tuple(_rows(trace)), right=HEADERS[1:6])
    yield Note(
        f"greedy would have taken {_considered(trace.greedy, trace.greedy.raw_logprob)}; "
        f"after the chain the likeliest is "
        f"{_considered(trace.alternatives[0], trace.alternatives[0].logprob)}"
    )
    last = trace.stages[-1].probability or 0.0
    if told is not None and abs(math.exp(told.logprob) - last) > NOTABLE:
        yield Note(
            f"the strategy chose from a distribution of its own: rank {told.rank}, "
            f"probability {math.exp(told.logprob):.4f}, entropy {told.entropy:.3f}"
        )


def _rows(trace: TokenTrace) -> Iterator[tuple[Any, ...]]:
    first, *_ = trace.stages
    yield _row(first, None)
    for before, stage in pairwise(trace.stages):
        removed = before.candidates - stage.candidates
        yield _row(stage, _removed(stage, removed) if removed else None)


def _row(stage: StageTrace, cut: str | None) -> tuple[Any, ...]:
    return (
        stage.stage,
        f"{stage.candidates:,}",
        f"{stage.mass:.4f}",
        f"{stage.entropy:.3f}",
        "removed" if stage.rank is None else stage.rank,
        None if stage.probability is None else f"{stage.probability:.4f}",
        cut,
    )


def _removed(stage: StageTrace, count: int) -> str:
    named = "  ".join(f'"{each.text}" {each.probability:.4f}' for each in stage.cut)
    rest = count - len(stage.cut)
    return f"{named}  and {rest:,} more" if rest else named


def _considered(token: Considered, logprob: float) -> str:
    return f'"{one_line(token.text)}" ({math.exp(logprob):.4f})'
