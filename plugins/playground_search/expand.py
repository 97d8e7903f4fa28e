"""Tree expansion: every branch that is likely enough, to a depth."""

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


class Expand(Strategy, frozen=True):
    """Follow every token whose probability is at least `above`, to `depth` tokens, and say the likeliest.

    Unlike enumerate it asks this of each token after what is before it, and a branch ends where none
    is likely enough. The tree of all branches is what it finds; the sequences are its likeliest paths.
    """

    joint: ClassVar[bool] = True
    deterministic: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = ("tree",)
    about: ClassVar[About] = About(
        group="Search",
        formula="all branches with p(token | before) >= above, to `depth` tokens",
        elsewhere="no engine; viewers of probabilities draw such trees",
    )

    above: Annotated[float, Meta(ge=1e-4, le=1, description="least probability of a token")] = 0.1
    depth: Annotated[int, Meta(ge=1, le=256, description="tokens of a branch, at most")] = 4

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        refuse_draws("expand", processors, "stochastic_beam")

    def decode(self, context: DecodeContext) -> Decoding:
        growth = Growth()
        depth = min(self.depth, context.limit)
        yield from grow(context, depth, self._likely_enough, growth, partial=True)
        if not growth.found:
            raise InvalidInput(
                f"no token has a probability of {self.above:g} or more after the prompt",
                "a lower `above`",
            )
        yield Finding(
            f"branches: {len(growth.branches):,}; paths: {growth.summary(context.count)}",
            tuple(growth.branches),
        )
        for sequence, leaf in enumerate(growth.best):
            yield from leaf.commits(sequence)

    def _likely_enough(self, before: float, chances: ndarray) -> ndarray:
        import math

        enough: ndarray = chances >= math.log(self.above)
        return enough
