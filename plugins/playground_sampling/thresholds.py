"""Truncations by a threshold: how likely a token must be, which the distribution itself decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import Meta, Processor, Step

if TYPE_CHECKING:
    from playground.api import Candidates


class TopA(Processor, frozen=True):
    """Keep the tokens whose probability is at least `a` times the square of the best one's (BlinkDL).

    p_i >= a * max(p)^2: strict where the model is sure, lenient where it is not. 0 keeps all.
    (BlinkDL's RWKV-LM 2022; koboldcpp, text-generation-webui)
    """

    a: Annotated[
        float, Meta(ge=0, le=1, description="share of the best token's squared probability")
    ] = 0.2

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.a == 0:
            return candidates
        return _at_least(candidates, self.a / candidates.total)


class Epsilon(Processor, frozen=True):
    """Keep the tokens that are at least as likely as `epsilon` (Hewitt, Manning and Liang 2022).

    p_i >= epsilon, a plain probability; where none is so likely, the best. 0 keeps all.
    text-generation-webui's `epsilon_cutoff` counts in units of 0.0001.
    """

    aliases: ClassVar[tuple[str, ...]] = ("epsilon_cutoff",)

    epsilon: Annotated[
        float, Meta(ge=0, lt=1, description="probability; the paper tries 0.0003 to 0.0009")
    ] = 0.0006

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.epsilon == 0:
            return candidates
        return _at_least(candidates, self.epsilon * candidates.total)


class Eta(Processor, frozen=True):
    """Keep what is likelier than `epsilon`, or less where the entropy is high (Hewitt et al. 2022).

    p_i >= min(epsilon, sqrt(epsilon) * exp(-H)), H the entropy in nats; where none is so likely,
    the best. 0 keeps all. text-generation-webui's `eta_cutoff` counts in units of 0.0001.
    """

    aliases: ClassVar[tuple[str, ...]] = ("eta_cutoff",)

    epsilon: Annotated[
        float, Meta(ge=0, lt=1, description="probability; the paper tries 0.0003 to 0.004")
    ] = 0.002

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.epsilon == 0:
            return candidates
        lenient = math.sqrt(self.epsilon) * math.exp(-candidates.entropy())
        return _at_least(candidates, min(self.epsilon, lenient) * candidates.total)


class TopNSigma(Processor, frozen=True):
    """Keep the tokens whose score is within `n` standard deviations of the best (Tang et al. 2024).

    score_i >= max(score) - n * sigma, sigma the population's standard deviation over all candidates.
    Temperature does not change what is kept. Like llama.cpp it looks at the candidates left, so it
    belongs before other truncations.
    """

    name: ClassVar[str] = "top_n_sigma"
    aliases: ClassVar[tuple[str, ...]] = ("top_nsigma",)

    n: Annotated[float, Meta(gt=0, description="standard deviations; the paper takes 1")] = 1.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        sigma = float(candidates.scores.std(dtype="float64"))
        return candidates.keep(candidates.scores >= candidates.highest - self.n * sigma)


class PLess(Processor, frozen=True):
    """Keep the tokens at least as likely as two draws are to be the same one (Tan et al. 2025).

    p_i >= L = sum of p_j^2. There is nothing to tune. `normalized` subtracts the chance of two
    different draws, spread over all pairs: L - (1 - L) / (n - 1), which keeps more.
    """

    name: ClassVar[str] = "p_less"

    normalized: Annotated[bool, Meta(description="the paper's p-less-norm, which keeps more")] = (
        False
    )

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        if len(candidates) == 1:
            return candidates
        squares = float(np.einsum("i,i->", candidates.weights, candidates.weights))
        same = squares / candidates.total**2
        if self.normalized:
            same -= (1 - same) / (len(candidates) - 1)
        return _at_least(candidates, same * candidates.total)


def _at_least(candidates: Candidates, weight: float) -> Candidates:
    """Those whose weight, of which the best has 1, is at least `weight`; the best in any case."""
    return candidates.keep(candidates.weights >= min(weight, 1.0))
