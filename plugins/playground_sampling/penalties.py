"""Penalties for tokens that the text already has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from playground.api import Meta, Processor, Step

if TYPE_CHECKING:
    from playground.api import Candidates


class RepetitionPenalty(Processor, frozen=True):
    """Make every token that the prompt or the text has less likely, once, by a factor of its score.

    A positive score is divided by `penalty`, a negative one multiplied, so 1 changes nothing and
    less than 1 rewards repetition. It depends on where the model's scores have their zero. (Keskar
    et al. 2019)
    """

    penalty: Annotated[float, Meta(ge=0.01, le=100, description="1 none, 1.2 as in the paper")] = (
        1.2
    )

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        places = candidates.find(step.ids)
        if self.penalty == 1 or not len(places):
            return candidates
        seen = candidates.scores[places]
        negative = seen < 0
        seen[negative] *= self.penalty
        seen[~negative] /= self.penalty
        scores = candidates.scores.copy()
        scores[places] = seen
        return candidates.rescored(scores)


class PresencePenalty(Processor, frozen=True):
    """Subtract `penalty` from the score of every token generated so far, once (OpenAI's API).

    The prompt's tokens do not count. Less than 0 rewards repetition.
    """

    penalty: Annotated[float, Meta(ge=-2, le=2, description="0 none, 2 the most")] = 0.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        places = candidates.find(step.ids[step.prompt_length :])
        if self.penalty == 0 or not len(places):
            return candidates
        scores = candidates.scores.copy()
        scores[places] -= self.penalty
        return candidates.rescored(scores)


class FrequencyPenalty(Processor, frozen=True):
    """Subtract `penalty` from a token's score for every time that it was generated (OpenAI's API).

    The prompt's tokens do not count. Less than 0 rewards repetition.
    """

    penalty: Annotated[float, Meta(ge=-2, le=2, description="0 none, 2 the most")] = 0.0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        counts = Counter(step.ids[step.prompt_length :])
        places = candidates.find(list(counts))
        if self.penalty == 0 or not len(places):
            return candidates
        scores = candidates.scores.copy()
        for place, token in zip(places.tolist(), candidates.ids[places].tolist(), strict=True):
            scores[place] -= self.penalty * counts[token]
        return candidates.rescored(scores)
