"""Arithmetic sampling: each sequence decodes a point of the unit interval, and the points lie evenly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Noise, Strategy

if TYPE_CHECKING:
    from playground.api import Candidates

STREAM = 0x61726974
"""Its own streams of the noise: the letters a, r, i, t, and the next."""
FINEST = 2.0**-53
COARSEST = 2.0**-30
"""Where a code is less certain than this, it is made certain again."""


class Arithmetic(Strategy, frozen=True):
    """Draw the n sequences from n points that lie evenly on the unit interval, so that they differ.

    All texts lie on the interval side by side, each as long as it is likely; a sequence says the text
    at (u + i / n) mod 1, u drawn once for all. Alone each is drawn by its probability; together, of n
    texts that begin alike with probability p, n p are said, rounded up or down.
    """

    about: ClassVar[About] = About(
        group="Search",
        formula="the text at (u + i / n) mod 1 of an interval on which each text is as long as likely",
        source="Vilnis et al. 2023",
        elsewhere="the paper's own code (google-research); one sequence has the law of sample",
    )

    def decode(self, context: DecodeContext) -> Decoding:
        ids, reading = list(context.ids), context.reading
        start = context.sibling(0).noise.uniform(len(ids), STREAM)
        code = Code((start + context.sequence / context.count) % 1)
        while True:
            logits = reading.logits[-1]
            chosen = context.candidates(ids, logits)
            token = code.next(chosen, context.noise, len(ids))
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token])


@dataclass
class Code:
    """A point of the unit interval, of which a token's share is taken for the whole at every step.

    grain: how finely the point is known; every token costs -log2 p(token) bits of it.
    """

    point: float
    grain: float = FINEST

    def next(self, candidates: Candidates, noise: Noise, position: int) -> int:
        """The token in whose share the point lies; the point is then in that share's terms."""
        import numpy as np

        ends = np.cumsum(candidates.weights, dtype=np.float64)
        total = float(ends[-1])
        at = min(self.point * total, math.nextafter(total, 0))
        place = int(ends.searchsorted(at, side="right"))
        low = float(ends[place - 1]) if place else 0.0
        share = float(ends[place]) - low
        self.point = (at - low) / share
        self.grain *= total / share
        if self.grain > COARSEST:
            # By now no two sequences have the same text; the digits that are lost are drawn again.
            fresh = noise.uniform(position, STREAM + 1)
            self.point = (math.floor(self.point / self.grain) + fresh) * self.grain
            self.point = min(self.point, 1 - FINEST)
            self.grain = FINEST
        return int(candidates.ids[place])
