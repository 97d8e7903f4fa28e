"""What contrasting strategies compute with: plausible tokens, differences of log-probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from playground.api.candidates import Candidates

if TYPE_CHECKING:
    from numpy import ndarray


def plausible(logits: ndarray, alpha: float) -> Candidates:
    """The tokens at least `alpha` times as likely as the best one; all of them where alpha is 0."""
    whole = Candidates(logits)
    return whole.keep(logits >= whole.highest + math.log(alpha)) if alpha > 0 else whole


def contrasted(kept: Candidates, logits: ndarray, against: ndarray, strength: float) -> Candidates:
    """The tokens of `kept`, scored log p - strength log q by both rows (vocabulary,) of logits."""
    p, q = Candidates(logits).log_probabilities(), Candidates(against).log_probabilities()
    scores = p - strength * q
    return kept.rescored(scores if kept.whole else scores[kept.ids])
