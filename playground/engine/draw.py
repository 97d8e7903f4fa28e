"""The seeded choice: the Gumbel-max trick, with logarithms of those tokens alone that may win."""

from __future__ import annotations

from numpy import ndarray

from playground.api.candidates import Candidates
from playground.engine.noise import HashedNoise, bits_reaching, gumbel_of

FEW = 1024
"""So many tokens are drawn from as quickly as those are found that may win."""
NEAR = 4.0
"""Nats below the best score: tokens within are tried first. More than the 3.14 that noise takes at most."""
ROUNDING = 1e-3
"""Of a sum of a score and its noise, relative to what is added: far more than float32 is off."""


def draw(candidates: Candidates, noise: HashedNoise, position: int) -> int:
    """A token drawn by the Gumbel-max trick: its law is `candidates.probabilities()`."""
    if len(candidates) == 1:
        return candidates.best()
    ids = None if candidates.whole else candidates.ids
    bits = noise.bits(position, ids, len(candidates))
    place = (
        _winner(candidates, bits) if len(candidates) > FEW else _highest(candidates.scores, bits)
    )
    return place if ids is None else int(ids[place])


def _highest(scores: ndarray, bits: ndarray) -> int:
    """The place of the highest of the scores (n,) with their noise; of equal ones the first."""
    return int((scores + gumbel_of(bits)).argmax())


def _winner(candidates: Candidates, bits: ndarray) -> int:
    """As `_highest`. Whose score is low wins by rare noise alone, which its bits tell."""
    scores, floor = candidates.scores, candidates.highest - NEAR
    may_win = scores >= floor
    near = may_win.nonzero()[0]
    reached = float((scores[near] + gumbel_of(bits[near])).max())
    reached -= ROUNDING * (1 + abs(reached) + abs(floor))
    may_win |= bits >= bits_reaching(reached - floor)
    places = may_win.nonzero()[0]
    return int(places[_highest(scores[places], bits[places])])
