"""XTC: now and then the tokens that everybody would say are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step
from playground_sampling.tokens import Tokens, check_known, token_ids

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates

STREAM = 0x787463
"""Its own stream of the noise: the letters x, t, c. Every xtc of a chain decides alike at a step."""


class Xtc(Processor, frozen=True):
    """Exclude top choices: by chance remove all tokens of at least `threshold` but the least likely.

    With `probability`, where at least two tokens are so likely; of equal ones the highest id stays.
    Drawn from the seed and the position. Where a token of `protect` would go, none goes. 0 changes
    nothing.
    """

    aliases: ClassVar[tuple[str, ...]] = ("exclude_top_choices",)
    about: ClassVar[About] = About(
        group="Truncation",
        formula="by chance all but those with p_i >= threshold, and the least likely of these",
        source="p-e-w 2024",
        elsewhere=(
            "llama.cpp protects no token, text-generation-webui line breaks and ends (`protect`); "
            "which steps it acts at differs by engine, as the noise does"
        ),
        neutral="xtc(probability=0)",
        example="xtc(probability=1)",
    )
    seeded: ClassVar[bool] = True

    threshold: Annotated[
        float, Meta(ge=0, le=1, description="what is a top choice; beyond 0.5 nothing is")
    ] = 0.1
    probability: Annotated[float, Meta(ge=0, le=1, description="how often it acts")] = 0.5
    protect: Annotated[Tokens, Meta(description="tokens that keep it from acting")] = ()

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        if self.probability == 0 or self.threshold > HALF:
            return candidates
        if step.noise.uniform(step.position, STREAM) >= self.probability:
            return candidates
        tops = (candidates.weights >= self.threshold * candidates.total).nonzero()[0]
        if len(tops) < 2:
            return candidates
        least = len(tops) - 1 - int(candidates.scores[tops][::-1].argmin())
        excluded = np.delete(tops, least)
        if self.protect != () and self._protects(candidates, step, excluded):
            return candidates
        standing = np.ones(len(candidates), dtype=bool)
        standing[excluded] = False
        return candidates.keep(standing)

    def _protects(self, candidates: Candidates, step: Step, excluded: ndarray) -> bool:
        import numpy as np

        ids = token_ids(self.protect, step, "xtc")
        check_known(ids, candidates, "xtc")
        return bool(np.isin(candidates.find(ids), excluded).any())

    def notices(self) -> tuple[str, ...]:
        return ("xtc never acts: no two tokens have a probability above 0.5",) * (
            self.threshold > HALF
        )


HALF = 0.5
