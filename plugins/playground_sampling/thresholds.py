"""Truncations by a threshold: how likely a token must be, which the distribution itself decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step

if TYPE_CHECKING:
    from playground.api import Candidates


class TopA(Processor, frozen=True):
    """Keep the tokens whose probability is at least `a` times the square of the best one's.

    Strict where the model is sure, lenient where it is not. 0 keeps all.
    """

    about: ClassVar[About] = About(
        group="Truncation",
        formula="p_i >= a max(p)^2",
        source="BlinkDL, RWKV-LM 2022",
        elsewhere="text-generation-webui, koboldcpp",
        neutral="top_a(0)",
        example="top_a(0.5)",
    )

    a: Annotated[
        float, Meta(ge=0, le=1, description="share of the best token's squared probability")
    ] = 0.2

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.a == 0:
            return candidates
        return _at_least(candidates, self.a / candidates.total)


class Epsilon(Processor, frozen=True):
    """Keep the tokens that are at least as likely as `epsilon`, a plain probability.

    Where none is so likely, the best. 0 keeps all.
    """

    aliases: ClassVar[tuple[str, ...]] = ("epsilon_cutoff",)
    about: ClassVar[About] = About(
        group="Truncation",
        formula="p_i >= epsilon, else the best",
        source="Hewitt, Manning and Liang 2022",
        elsewhere=(
            "transformers; text-generation-webui counts in units of 0.0001 (`epsilon_cutoff`)"
        ),
        neutral="epsilon(0)",
        example="epsilon(0.1)",
    )

    epsilon: Annotated[
        float, Meta(ge=0, lt=1, description="probability; the paper tries 0.0003 to 0.0009")
    ] = 0.0006

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.epsilon == 0:
            return candidates
        return _at_least(candidates, self.epsilon * candidates.total)


class Eta(Processor, frozen=True):
    """Keep what is likelier than `epsilon`, or less where the entropy is high.

    Where none is so likely, the best. 0 keeps all.
    """

    aliases: ClassVar[tuple[str, ...]] = ("eta_cutoff",)
    about: ClassVar[About] = About(
        group="Truncation",
        formula="p_i >= min(epsilon, sqrt(epsilon) exp(-H)), else the best",
        source="Hewitt, Manning and Liang 2022",
        elsewhere="transformers; text-generation-webui counts in units of 0.0001 (`eta_cutoff`)",
        neutral="eta(0)",
        example="eta(0.25)",
    )

    epsilon: Annotated[
        float, Meta(ge=0, lt=1, description="probability; the paper tries 0.0003 to 0.004")
    ] = 0.002

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.epsilon == 0:
            return candidates
        lenient = math.sqrt(self.epsilon) * math.exp(-candidates.entropy())
        return _at_least(candidates, min(self.epsilon, lenient) * candidates.total)


class TopNSigma(Processor, frozen=True):
    """Keep the tokens whose score is within `n` standard deviations of the best.

    sigma is the population's standard deviation over all candidates left, so it belongs before other
    truncations. Temperature does not change what is kept.
    """

    name: ClassVar[str] = "top_n_sigma"
    aliases: ClassVar[tuple[str, ...]] = ("top_nsigma",)
    about: ClassVar[About] = About(
        group="Truncation",
        formula="s_i >= max(s) - n sigma",
        source="Tang et al. 2024",
        elsewhere=(
            "llama.cpp, koboldcpp, text-generation-webui; text-generation-webui's sigma is the "
            "sample's, and counts a removed token as a score of 0"
        ),
        neutral="top_n_sigma(1000)",
    )

    n: Annotated[float, Meta(gt=0, description="standard deviations; the paper takes 1")] = 1.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        sigma = float(candidates.scores.std(dtype="float64"))
        return candidates.keep(candidates.scores >= candidates.highest - self.n * sigma)


class PLess(Processor, frozen=True):
    """Keep the tokens at least as likely as two draws are to be the same one.

    There is nothing to tune. `normalized` subtracts the chance of two different draws, spread over all
    pairs, which keeps more.
    """

    name: ClassVar[str] = "p_less"
    about: ClassVar[About] = About(
        group="Truncation",
        formula="p_i >= L = sum p^2; normalized: L - (1 - L) / (n - 1)",
        source="Tan, Wu and Howard 2025",
        elsewhere="the paper's own code",
    )

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
