"""Figures of a generated text, as pure functions of its tokens: how likely, how varied, how repetitive."""

from __future__ import annotations

import math
from collections.abc import Sequence

REPEATED = 4
"""Length of the runs of tokens whose repetition is counted."""


def perplexity(logprobs: Sequence[float]) -> float | None:
    """The exponential of the mean surprise, in nats, of tokens with these log-probabilities.

    None where there are none; infinite where one of them was impossible, or it is beyond a float.
    """
    if not logprobs:
        return None
    loss = -math.fsum(logprobs) / len(logprobs) if min(logprobs) > -math.inf else math.inf
    return math.exp(loss) if loss < 709 else math.inf


def distinct(tokens: Sequence[object], n: int) -> float:
    """Share of runs of `n` tokens that are not the same as an earlier one (Li et al. 2016), 0 to 1.

    1 where there is no such run: nothing is said twice.
    """
    runs = len(tokens) - n + 1
    if runs < 1:
        return 1.0
    return len({tuple(tokens[at : at + n]) for at in range(runs)}) / runs


def repetition(tokens: Sequence[object]) -> float:
    """Share of runs of four tokens that occurred before (Welleck et al. 2020, seq-rep-4), 0 to 1."""
    return 1 - distinct(tokens, REPEATED)


def mean_rank(ranks: Sequence[int]) -> float | None:
    """The mean of ranks, of which 0 is the likeliest; None where there are none."""
    return math.fsum(ranks) / len(ranks) if ranks else None
