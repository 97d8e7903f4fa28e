"""Steering by token: what may not be said again, and what is wished for or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from playground.api import InvalidInput, Meta, Processor, Step

if TYPE_CHECKING:
    from playground.api import Candidates


class NoRepeatNGram(Processor, frozen=True):
    """Remove every token that would complete an n-gram that the prompt or the text already has.

    With n = 1 no token is said twice. An error where no candidate would be left. (Paulus et al.
    2018)
    """

    n: Annotated[int, Meta(ge=1, description="how many tokens in a row may not come twice")] = 3

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        places = candidates.find(list(_completions(list(step.ids), self.n)))
        if not len(places):
            return candidates
        if len(places) == len(candidates):
            raise InvalidInput(
                f"no_repeat_ngram({self.n}): all {len(candidates)} candidates left would repeat",
                "raise n, or put it before the stages that keep few tokens",
            )
        standing = np.ones(len(candidates), dtype=bool)
        standing[places] = False
        return candidates.keep(standing)


def _completions(ids: list[int], n: int) -> set[int]:
    """What followed the last n - 1 of `ids` wherever they stood before."""
    if n == 1:
        return set(ids)
    if len(ids) < n:
        return set()
    prefix = ids[1 - n :]
    return {
        ids[end]
        for end in range(n - 1, len(ids))
        if ids[end - 1] == prefix[-1] and ids[end + 1 - n : end] == prefix
    }


Bias = Annotated[float, Meta(ge=-100, le=100)]


class LogitBias(Processor, frozen=True):
    """Add a bias to the scores of single tokens: `logit_bias({50256: -100})` (OpenAI's API).

    Biases from -100 (hardly ever) to 100 (hardly anything else). A token that an earlier stage
    removed stays removed.
    """

    biases: Annotated[dict[int, Bias], Meta(description="token id: bias")]

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        for token in self.biases:
            if not 0 <= token < candidates.vocabulary:
                raise InvalidInput(
                    f"logit_bias: {token} is no token of a vocabulary of {candidates.vocabulary}",
                    '`playground tokens "text"` shows the ids of a text',
                )
        places = candidates.find(list(self.biases))
        if not len(places):
            return candidates
        scores = candidates.scores.copy()
        for place, token in zip(places.tolist(), candidates.ids[places].tolist(), strict=True):
            scores[place] += self.biases[token]
        return candidates.rescored(scores)
