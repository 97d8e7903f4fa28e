"""Truncations: which tokens may be said at all, judged by those still standing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import About, Meta, Processor, Step

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


class TopK(Processor, frozen=True):
    """Keep the `k` likeliest tokens.

    Exactly k: of equal scores the lower ids stand. With `ties="keep"` all that equal the k-th stand
    too. A k beyond the number of candidates keeps all.
    """

    about: ClassVar[About] = About(
        group="Truncation",
        formula="the k highest s",
        source="Fan, Lewis and Dauphin 2018",
        elsewhere=(
            'all engines; transformers keeps ties with the k-th (`ties="keep"`), llama.cpp cuts '
            "them; 0 means all there, and here leave it out"
        ),
        neutral="top_k(1000000)",
        example="top_k(3)",
    )

    k: Annotated[int, Meta(ge=1, description="how many tokens stand")] = 50
    ties: Annotated[
        Literal["cut", "keep"], Meta(description="whether others that equal the k-th go or stay")
    ] = "cut"

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        top = candidates.top(self.k)
        if self.ties == "cut" or top is candidates:
            return top
        return candidates.keep(candidates.scores >= top.scores.min())


class TopP(Processor, frozen=True):
    """Keep the likeliest tokens that together reach the probability `p`: the nucleus.

    1 keeps all, 0 only the best; of equal scores the lower ids stand.
    """

    aliases: ClassVar[tuple[str, ...]] = ("nucleus",)
    about: ClassVar[About] = About(
        group="Truncation",
        formula="the fewest likeliest whose p sum to p or more",
        source="Holtzman et al. 2020",
        elsewhere=(
            "all engines; transformers drops from the tail while the tail's sum is at most 1 - p, "
            "the same but for ties and rounding"
        ),
        neutral="top_p(1)",
        example="top_p(0.7)",
    )

    p: Annotated[
        float, Meta(ge=0, le=1, description="probability that the tokens reach together")
    ] = 0.95

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        if self.p == 1:
            return candidates
        likeliest = _likeliest(candidates, self.p)
        reached = np.add.accumulate(candidates.weights[likeliest], dtype=np.float64)
        count = int(reached.searchsorted(self.p * candidates.total)) + 1
        nucleus = np.zeros(len(candidates), dtype=bool)
        nucleus[likeliest[:count]] = True
        return candidates.keep(nucleus)

    def notices(self) -> tuple[str, ...]:
        return ("top_p 0 is greedy: the likeliest token",) * (self.p == 0)


class MinP(Processor, frozen=True):
    """Keep the tokens at least `p` times as likely as the best one."""

    about: ClassVar[About] = About(
        group="Truncation",
        formula="p_i >= p max(p)",
        source="Nguyen et al. 2024",
        elsewhere="transformers, llama.cpp, vLLM, text-generation-webui, koboldcpp",
        neutral="min_p(0)",
        example="min_p(0.3)",
    )

    p: Annotated[float, Meta(ge=0, le=1, description="share of the best token's probability")] = (
        0.05
    )

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.p == 0:
            return candidates
        return candidates.keep(candidates.scores >= candidates.highest + math.log(self.p))


class Typical(Processor, frozen=True):
    """Keep the tokens whose surprise is nearest to the expected one, up to the probability `p`.

    All that are as typical as the last of them stand; 1 keeps all.
    """

    aliases: ClassVar[tuple[str, ...]] = ("typical_p", "locally_typical")
    about: ClassVar[About] = About(
        group="Truncation",
        formula="those with the least |-log p_i - H|, up to the sum p",
        source="Meister et al. 2023",
        elsewhere=(
            "transformers, llama.cpp, text-generation-webui; here all that are as typical as the "
            "last stand, as in transformers"
        ),
        neutral="typical(1)",
        example="typical(0.6)",
    )

    p: Annotated[
        float, Meta(gt=0, le=1, description="probability that the tokens reach together")
    ] = 0.95

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        if self.p == 1:
            return candidates
        chances = candidates.probabilities()
        distances = abs(candidates.log_probabilities() + candidates.entropy())
        common = _common(candidates, self.p)
        cut = _reach(distances[common], chances[common], self.p)
        if cut >= np.delete(distances, common).min(initial=np.inf):
            # A rare token is among the typical ones, so all have to be ordered.
            cut = _reach(distances, chances, self.p)
        return candidates.keep(distances <= cut)


BOLDNESS = (256, 32, 4)
"""How many times the safe bound on rarity is tried first."""

ROUNDING = 1e-4
"""Bounds leave this much, far more than a float32 sum is off."""


FEW = 512
"""So many tokens are ordered as quickly as those are found that matter."""


def _likeliest(candidates: Candidates, mass: float) -> ndarray:
    """Places (m,) of tokens that together hold at least `mass`, the likeliest first."""
    if len(candidates) <= FEW:
        return (-candidates.scores).argsort(kind="stable")
    common = _common(candidates, mass)
    likeliest: ndarray = common[(-candidates.scores[common]).argsort(kind="stable")]
    return likeliest


def _common(candidates: Candidates, mass: float) -> ndarray:
    """Places (m,) of tokens that together hold at least `mass`: without most that cannot matter.

    Sorting the whole vocabulary is what costs. If every token left out has less than (1 - mass) / n,
    all of them together have less than 1 - mass; often many times that bound will do.
    """
    weights, total = candidates.weights, candidates.total
    rare = total * (1 - mass) / len(weights)
    for boldness in BOLDNESS:
        places: ndarray = (weights >= boldness * rare).nonzero()[0]
        if weights[places].sum() >= total * (mass + ROUNDING):
            return places
    safe: ndarray = (weights >= (1 - ROUNDING) * rare).nonzero()[0]
    return safe


def _reach(distances: ndarray, chances: ndarray, mass: float) -> float:
    """The distance at which tokens taken from the nearest on have the probability `mass`."""
    order = distances.argsort()
    last = int(chances[order].cumsum(dtype="float64").searchsorted(mass))
    return float(distances[order[min(last, len(order) - 1)]])
