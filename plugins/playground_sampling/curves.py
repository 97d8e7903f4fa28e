"""Truncations by the curve of the sorted candidates: where its head ends and its tail begins.

Sorting the whole vocabulary is what costs, so each looks at a head first, and at more only where what
was left out could change the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates

HEAD = 512
"""Candidates that are sorted first; then 16 times as many."""


class TailFree(Processor, frozen=True):
    """Cut where the sorted probabilities have stopped bending, at the share `z`.

    The tokens stand up to the first after which the curvatures, normalised to sum to 1, sum to more
    than z, centred as by the author; the last is always cut. 1 keeps all, as do two candidates or a
    flat distribution.
    """

    aliases: ClassVar[tuple[str, ...]] = ("tfs", "tfs_z")
    about: ClassVar[About] = About(
        group="Truncation",
        formula="sorted, up to where the sum of |p_i - 2 p_(i+1) + p_(i+2)|, normalised, exceeds z",
        source="Bricken 2019",
        elsewhere=(
            "text-generation-webui, which is Bricken's; koboldcpp and older llama.cpp keep one "
            "token less, and do not always cut the last"
        ),
        neutral="tail_free(1)",
        example="tail_free(0.5)",
    )

    z: Annotated[float, Meta(ge=0, le=1, description="share of the curvature that stands")] = 0.95

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.z == 1 or len(candidates) <= 2:
            return candidates
        for head in _heads(candidates):
            if (count := self._count(candidates, head)) is not None:
                return _first(candidates, head, count)
        return candidates

    def _count(self, candidates: Candidates, head: ndarray) -> int | None:
        """How many stand; None where it cannot be told from `head`, or nothing bends."""
        import numpy as np

        # In float64: the differences of near ones are smaller than float32's grain.
        weights = np.exp(candidates.scores[head].astype(np.float64) - candidates.highest)
        bent = np.abs(np.diff(weights, n=2)).cumsum()
        # What falls from here to the end bends by at most twice its height.
        unseen = 2 * float(weights[-1]) if len(head) < len(candidates) else 0.0
        least, most = self.z * bent[-1], self.z * (bent[-1] + unseen)
        place, later = (int(found) for found in bent.searchsorted((least, most), side="right"))
        if bent[-1] == 0 or place != later or (unseen and place == len(bent)):
            return None
        return min(place, len(bent)) + 1


class TopH(Processor, frozen=True):
    """Keep the likeliest tokens while their part of the entropy is at most the share `h`.

    The best always stands. Judged are the `among` likeliest alone, p and H renormalised over them. A
    bounded entropy as temperature rises.
    """

    about: ClassVar[About] = About(
        group="Truncation",
        formula="likeliest first, while the sum of -p log p is at most h H",
        source="Baghaei Potraghloo et al. 2025",
        elsewhere=(
            "transformers, the same. The paper bounds the entropy of what is kept, renormalised; "
            "transformers sums the terms as they are"
        ),
        neutral="top_h(1, 1000000)",
    )

    h: Annotated[
        float, Meta(gt=0, le=1, description="share of the entropy; the paper takes 0.4")
    ] = 0.4
    among: Annotated[int, Meta(ge=1, description="how many of the likeliest are judged")] = 100

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        judged = _order(candidates, min(self.among, len(candidates)))
        weights = candidates.weights[judged].astype(np.float64)
        chances = weights / weights.sum()
        terms = -chances * np.log(np.maximum(chances, np.finfo(np.float64).tiny))
        sums = terms.cumsum()
        count = int(np.count_nonzero(sums <= self.h * sums[-1]))
        return _first(candidates, judged, max(count, 1))


class MinK(Processor, frozen=True):
    """Cut at the steepest step of the sorted scores, early steps counting most.

    Of equal steps the first. Where the scores' whole range R is small, at least floor(tau / R) tokens
    stand. R is over the candidates left and changes with temperature: put it first.
    """

    about: ClassVar[About] = About(
        group="Truncation",
        formula="k = max(argmax (s_i - s_(i+1)) / i, floor(tau / R)), sorted, R = max(s) - min(s)",
        source="Ding et al. 2026",
        elsewhere="the paper's own code",
        neutral="min_k(1e9)",
        example="min_k(6)",
    )

    tau: Annotated[
        float, Meta(ge=0, description="keeps more where scores differ little; 0 the step alone")
    ] = 3.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        lowest = float(candidates.scores.min())
        spread = candidates.highest - lowest
        if spread == 0 or self.tau / spread >= len(candidates):
            return candidates
        least = int(self.tau / spread)
        for head in _heads(candidates):
            place = _steepest(candidates.scores[head], lowest)
            if place is not None:
                return candidates.top(max(place, least))
        return candidates


def _steepest(scores: ndarray, lowest: float) -> int | None:
    """After how many of `scores` (m,), sorted downwards, the steepest weighted step comes.

    lowest: of all candidates; None where a step beyond `scores` could be steeper.
    """
    import numpy as np

    falling = scores.astype(np.float64)
    steps = -np.diff(falling) / np.arange(1, len(falling))
    place = int(steps.argmax())
    beyond = (falling[-1] - lowest) / len(falling)
    return None if beyond > steps[place] else place + 1


def _heads(candidates: Candidates) -> Iterator[ndarray]:
    """Places of the likeliest, likeliest first: longer and longer heads, at last all of them."""
    size = HEAD
    while size < len(candidates):
        yield _order(candidates, size)
        size *= 16
    yield _order(candidates, len(candidates))


def _order(candidates: Candidates, count: int) -> ndarray:
    """Places of the `count` likeliest, likeliest first; of equal ones the lower ids first."""
    from playground.api.candidates import top_indices

    return top_indices(candidates.scores, count)


def _first(candidates: Candidates, order: ndarray, count: int) -> Candidates:
    """The candidates at the first `count` places of `order`."""
    import numpy as np

    return candidates if count >= len(candidates) else candidates.at(np.sort(order[:count]))
