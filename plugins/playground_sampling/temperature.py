"""Temperature: how much the model's preferences count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step

if TYPE_CHECKING:
    from playground.api import Candidates

COLDEST = 1e-6
"""Colder than this the best token has all the mass anyway, and the quotients could overflow."""


class Temperature(Processor, frozen=True):
    """Divide every score by `t`: below 1 the likely get likelier, above 1 all get more alike.

    0 (or less than a millionth) is greedy: only the best token stands, of equal ones the one with the
    lowest id.
    """

    aliases: ClassVar[tuple[str, ...]] = ("temp",)
    about: ClassVar[About] = About(
        group="Scaling",
        formula="s / t",
        source="Ackley, Hinton and Sejnowski 1985",
        elsewhere=(
            "all engines; 0 is greedy here as in llama.cpp and vLLM, and an error in transformers"
        ),
        neutral="temperature(1)",
        example="temperature(0.5)",
    )

    t: Annotated[float, Meta(ge=0, description="0 greedy, 1 the model's own, above 1 wilder")] = 1.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.t < COLDEST:
            return candidates.top(1)
        # A product is quicker than a quotient, and no further off than one unit in the last place.
        return candidates if self.t == 1 else candidates.rescored(candidates.scores * (1 / self.t))

    def notices(self) -> tuple[str, ...]:
        return (f"temperature {self.t:g} is greedy: the likeliest token",) * (self.t < COLDEST)
