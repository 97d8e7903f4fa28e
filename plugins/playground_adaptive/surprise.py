"""The feedback that both Mirostats share: how surprising was what was drawn, and the bound that follows.

Basu et al. 2021, "Mirostat: a neural text decoding algorithm that directly controls perplexity".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from playground.api import Commit, DecodeContext, Decoding, Meta

if TYPE_CHECKING:
    from playground.api import Candidates

Tau = Annotated[float, Meta(gt=0, le=64, description="the mean surprise that is aimed at, in bits")]
Eta = Annotated[float, Meta(ge=0, le=1, description="how fast the bound follows; 0 not at all")]
Surprise = Annotated[
    Literal["model", "renormalised"],
    Meta(description="of a token before the cut, as in the paper, or by what the cut leaves"),
]


def decode_towards(
    context: DecodeContext,
    tau: float,
    eta: float,
    surprise: str,
    cut: Callable[[Candidates, float], Candidates],
) -> Decoding:
    """Draw from what `cut` leaves under a bound of mu bits; move mu by the error in the surprise."""
    ids, reading = list(context.ids), context.reading
    mu = 2 * tau
    while True:
        logits = reading.logits[-1]
        before = context.candidates(ids, logits)
        chosen = cut(before, mu)
        token = context.draw(ids, chosen)
        yield Commit(token, chosen, logits)
        measured = before if surprise == "model" else chosen
        mu -= eta * (bits(measured.logprob_of(token)) - tau)
        ids.append(token)
        reading = yield from context.read(reading.state, [token])


def bits(logprob: float) -> float:
    """The surprise of a token with this log-probability."""
    return -logprob / math.log(2)
