"""Adaptive-p: prefer tokens of a wished probability, and correct for those that were had so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Meta, Strategy

if TYPE_CHECKING:
    from playground.api import Candidates

PEAK, SHARPNESS, WIDTH = 5.0, 10.0, 0.3
"""The highest score, how steeply it falls, and the distance in probability that counts as 1."""


class AdaptiveP(Strategy, frozen=True):
    """Draw tokens whose probability is near `target`, on the average of what was said.

    s = 5 - 10 d^2 / (1 + d), d = |p - aim| / 0.3, aim = 2 target - mean, between 0 and 1; the mean is of
    the probabilities of the tokens said, each `decay` times the weight of the next. It lifts the
    unlikely: put min_p before it.
    """

    about: ClassVar[About] = About(
        group="Adaptive",
        formula="s = 5 - 10 d^2 / (1 + d), d = |p - (2 target - mean p said)| / 0.3",
        source="MrJackSpade and ddh0 2025",
        elsewhere="llama.cpp, the same; koboldcpp and tgw have it from there. There a negative target "
        "switches it off; here leave it out. The first description has a width of 0.2",
    )

    target: Annotated[float, Meta(ge=0, le=1, description="the probability that is wished")] = 0.5
    decay: Annotated[
        float, Meta(ge=0, le=0.99, description="weight of the past; 0 forgets all but the last")
    ] = 0.9

    def decode(self, context: DecodeContext) -> Decoding:
        ids, reading = list(context.ids), context.reading
        # As if for ever all had been as wished.
        weight = 1 / (1 - self.decay)
        total = self.target * weight
        while True:
            logits = reading.logits[-1]
            before = context.candidates(ids, logits)
            aim = min(1.0, max(0.0, 2 * self.target - total / weight))
            chosen = near(before, aim)
            token = context.draw(ids, chosen)
            yield Commit(token, chosen, logits)
            chance = float(before.probabilities()[before.find([token])[0]])
            total = chance + self.decay * total
            weight = 1 + self.decay * weight
            ids.append(token)
            reading = yield from context.read(reading.state, [token])


def near(candidates: Candidates, aim: float) -> Candidates:
    """The same tokens, the higher the nearer their probability is to `aim`."""
    distance = abs(candidates.probabilities() - aim) / WIDTH
    return candidates.rescored(PEAK - SHARPNESS * distance**2 / (1 + distance))
