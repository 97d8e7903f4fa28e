"""Mirostat 2: cut what is too surprising, and let the bound follow what was said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from playground.api import About, DecodeContext, Decoding, Strategy
from playground_adaptive.surprise import Eta, Surprise, Tau, decode_towards

if TYPE_CHECKING:
    from playground.api import Candidates


class Mirostat(Strategy, frozen=True):
    """Remove tokens more surprising than a bound that keeps the mean surprise at `tau` bits (version 2).

    The bound mu begins at 2 tau; after each token mu becomes mu - eta (S - tau), S its surprise. The
    likeliest token always stands.
    """

    aliases: ClassVar[tuple[str, ...]] = ("mirostat_v2",)
    about: ClassVar[About] = About(
        group="Adaptive",
        formula="keeps -log2 p <= mu; then mu - eta (S - tau)",
        source="Basu et al. 2021, version 2",
        elsewhere="the paper's code measures S by the model, before the cut; llama.cpp and tgw among "
        'what the cut left (`surprise="renormalised"`), where a token that stands alone has no '
        "surprise; both: `mirostat=2`, after their temperature",
    )

    tau: Tau = 5.0
    eta: Eta = 0.1
    surprise: Surprise = "model"

    def decode(self, context: DecodeContext) -> Decoding:
        yield from decode_towards(context, self.tau, self.eta, self.surprise, below)


def below(candidates: Candidates, mu: float) -> Candidates:
    """Those of at most `mu` bits of surprise, the best one in any case."""
    bound = candidates.log_normalizer - mu * math.log(2)
    return candidates.keep(candidates.scores >= min(bound, candidates.highest))
