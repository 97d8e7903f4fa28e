"""Exact enumeration: all whole texts above a probability, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import (
    About,
    DecodeContext,
    Decoding,
    Finding,
    InvalidInput,
    Meta,
    Processor,
    Strategy,
)
from playground_search.branching import Growth, grow
from playground_search.checks import refuse_draws

if TYPE_CHECKING:
    from numpy import ndarray


class Enumerate(Strategy, frozen=True):
    """Find every text whose probability is at least `above`, exactly, and say the likeliest ones.

    A text ends where the model ends it, at a stop string or at the most tokens, of which there should
    be few: the probability is of all of it, after the chain. Beginnings that are less likely are not
    looked at, so nothing is missed. It tells how many texts there are, and the tree of their beginnings.
    """

    joint: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = ("exact",)
    about: ClassVar[About] = About(
        group="Search",
        formula="all texts with p(text) >= above, the likeliest first",
        elsewhere="no engine",
    )

    above: Annotated[float, Meta(ge=1e-6, le=1, description="least probability of a text")] = 0.01

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        refuse_draws("enumerate", processors, "stochastic_beam")

    def decode(self, context: DecodeContext) -> Decoding:
        growth = Growth()
        yield from grow(context, context.limit, self._likely_enough, growth, partial=False)
        if not growth.found:
            raise InvalidInput(
                f"no text of up to {context.limit:,} tokens has a probability of {self.above:g}"
                " or more",
                "fewer tokens (--max-tokens 8), a stop string, or a lower `above`",
            )
        yield Finding(
            f"texts of a probability of {self.above:g} or more: {growth.summary(context.count)}",
            tuple(growth.branches),
        )
        for sequence, leaf in enumerate(growth.best):
            yield from leaf.commits(sequence)

    def _likely_enough(self, before: float, chances: ndarray) -> ndarray:
        import math

        enough: ndarray = before + chances >= math.log(self.above)
        return enough
