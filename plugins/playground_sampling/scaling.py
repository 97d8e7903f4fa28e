"""Scalings that look at the distribution: a temperature that follows the entropy, and a curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step
from playground_sampling.temperature import Temperature

if TYPE_CHECKING:
    from playground.api import Candidates


class DynamicTemperature(Processor, frozen=True):
    """A temperature between `low` and `high`, the higher the less sure the model is.

    n counts the candidates left.
    """

    aliases: ClassVar[tuple[str, ...]] = ("dynatemp",)
    about: ClassVar[About] = About(
        group="Scaling",
        formula="s / T, T = low + (high - low) (H / log n)^exponent",
        source="kalomaze 2023",
        elsewhere=(
            "llama.cpp and koboldcpp: low and high are temperature -/+ `dynatemp_range`; text-"
            "generation-webui: `dynatemp_low`, `dynatemp_high`"
        ),
        neutral="dynamic_temperature(1, 1)",
    )

    low: Annotated[float, Meta(ge=0, description="temperature where the model is sure")] = 0.5
    high: Annotated[float, Meta(ge=0, description="temperature where it knows nothing")] = 1.5
    exponent: Annotated[
        float, Meta(gt=0, le=100, description="above 1 stays longer near low, below 1 near high")
    ] = 1.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if len(candidates) == 1 or self.low == self.high == 1:
            return candidates
        share = min(1.0, candidates.entropy() / math.log(len(candidates)))
        t = self.low + (self.high - self.low) * share**self.exponent
        return Temperature(t)(candidates, step)


class Edt(Processor, frozen=True):
    """A temperature of `t` where the model is unsure, and colder the surer it is.

    A theta of 0 is plain temperature. Without entropy only the best token stands.
    """

    about: ClassVar[About] = About(
        group="Scaling",
        formula="s / T, T = t 0.8^(theta / H)",
        source="Zhang, Bao and Huang 2024",
        elsewhere="the paper's own code",
        neutral="edt(1, 0)",
        example="edt(theta=2)",
    )

    t: Annotated[float, Meta(ge=0, description="temperature where the entropy is high")] = 1.0
    theta: Annotated[float, Meta(ge=0, description="how much sureness cools; 0 not at all")] = 0.1

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.theta == 0:
            return Temperature(self.t)(candidates, step)
        entropy = candidates.entropy()
        # A subnormal entropy makes the quotient infinite, and the temperature 0 as it should.
        cooling = BASE ** (self.theta / entropy) if entropy > 0 else 0.0
        return Temperature(self.t * cooling)(candidates, step)


BASE = 0.8
"""The paper's N."""


class Quadratic(Processor, frozen=True):
    """Bend the scores by a parabola below the best one's: the near get nearer, the far farther.

    A factor of 0 changes nothing; a curve beyond 3 lifts tokens above the best one.
    """

    aliases: ClassVar[tuple[str, ...]] = ("smoothing",)
    about: ClassVar[About] = About(
        group="Scaling",
        formula="max - f k d^2 + f s d^3, d = s_i - max, k = (3 - curve) / 2, s = (curve - 1) / 2",
        source="kalomaze 2024",
        elsewhere="text-generation-webui and koboldcpp: `smoothing_factor`, `smoothing_curve`",
        neutral="quadratic(0)",
    )

    factor: Annotated[float, Meta(ge=0, le=10, description="0 none, less is flatter")] = 0.3
    curve: Annotated[float, Meta(ge=1, le=10, description="1 a parabola, 3 a cubic")] = 1.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        if self.factor == 0:
            return candidates
        below = candidates.scores - candidates.highest
        np.maximum(below, LOWEST, out=below)
        # (f * s * d - f * k) * d^2 + max, without an array for every step.
        scores = below * ((self.curve - 1) / 2 * self.factor)
        scores -= (3 - self.curve) / 2 * self.factor
        scores *= below
        scores *= below
        scores += candidates.highest
        return candidates.rescored(scores)


LOWEST = -1e10
"""A cube beyond this would be infinite."""
