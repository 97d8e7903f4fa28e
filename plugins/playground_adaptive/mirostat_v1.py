"""Mirostat 1: as many of the likeliest tokens as Zipf's law says the aimed surprise takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, Meta, Strategy
from playground_adaptive.surprise import Eta, Surprise, Tau, decode_towards

if TYPE_CHECKING:
    from playground.api import Candidates


class MirostatV1(Strategy, frozen=True):
    """Draw from the k likeliest, with the k that keeps the mean surprise at `tau` bits (version 1).

    The exponent s of Zipf's law is estimated from the `m` likeliest; with e = s - 1 and n candidates,
    k = (e 2^mu / (1 - n^-e))^(1/s). The bound mu moves as in version 2.
    """

    about: ClassVar[About] = About(
        group="Adaptive",
        formula="top k, k = (e 2^mu / (1 - n^-e))^(1/s), e = s - 1; then mu - eta (S - tau)",
        source="Basu et al. 2021, version 1",
        elsewhere="the paper's code measures S by the model, before the cut; llama.cpp (`mirostat=1`, "
        'm 100) among what the cut left (`surprise="renormalised"`); the code of the paper '
        "rounds k and adds one, llama.cpp and this cut it off",
    )

    tau: Tau = 5.0
    eta: Eta = 0.1
    m: Annotated[int, Meta(ge=2, description="tokens that s is estimated from")] = 100
    surprise: Surprise = "model"

    def decode(self, context: DecodeContext) -> Decoding:
        yield from decode_towards(context, self.tau, self.eta, self.surprise, self._likeliest)

    def _likeliest(self, candidates: Candidates, mu: float) -> Candidates:
        return candidates.top(how_many(mu, zipf_exponent(candidates, self.m), len(candidates)))


def zipf_exponent(candidates: Candidates, m: int) -> float:
    """s of p(i) ~ i^-s, by least squares over the log-ratios of neighbours among the `m` likeliest."""
    import numpy as np

    from playground.api.candidates import top_indices

    scores = candidates.scores[top_indices(candidates.scores, m)].astype(np.float64)
    if len(scores) < 2:
        return 1.0
    ranks = np.arange(1, len(scores), dtype=np.float64)
    t = np.log((ranks + 1) / ranks)
    b = scores[:-1] - scores[1:]
    return float((t * b).sum() / (t * t).sum())


def how_many(mu: float, s: float, size: int) -> int:
    """The k of version 1 among `size` candidates, at least 1."""
    if s <= 0:
        return size  # all are alike
    e = s - 1
    # As e goes to 0, e / (1 - n^-e) goes to 1 / log n.
    scale = (
        1 / math.log(max(size, 2))
        if abs(e) < NEARLY
        else e / -math.expm1(-e * math.log(max(size, 2)))
    )
    log_k = (math.log(scale) + mu * math.log(2)) / s
    return size if log_k >= math.log(size) else max(1, int(math.exp(log_k)))


NEARLY = 1e-9
