"""The texts that a beam follows, and all their continuations by one token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

import msgspec

from playground.api import Commit, DecodeContext, Draft, Read, Reading, State
from playground_search.spoken import left_after

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text that may win. `score` is its log-probability; once finished, divided by its length.

    tail: what has not been committed yet. state: having read all but the last of `ids`.
    """

    score: float
    ids: tuple[int, ...]
    tail: tuple[Commit, ...]
    state: State

    def draft(self, sequence: int) -> Draft:
        return Draft(tuple(step.token for step in self.tail), sequence)

    def commits(self, sequence: int) -> Iterator[Commit]:
        """The tail, as what `sequence` says."""
        for step in self.tail:
            yield msgspec.structs.replace(step, sequence=sequence)

    def without(self, agreed: int) -> Hypothesis:
        return replace(self, tail=self.tail[agreed:])

    def read(self) -> Read:
        """The wish to read its last token."""
        return Read(self.state, self.ids[-1:], logits_to_keep=1)


class Extensions:
    """All continuations by one token of some hypotheses, one after the other.

    left: what the chain leaves after each of them. scores: (n,) log-probabilities of the texts.
    complete: those that have no continuation, as the chain says.
    """

    def __init__(
        self,
        context: DecodeContext,
        hypotheses: Sequence[Hypothesis],
        readings: Sequence[Reading],
        adjusted: Callable[[ndarray], ndarray] = lambda scores: scores,
    ) -> None:
        """`adjusted` changes log-probabilities (vocabulary,) before the chain sees them."""
        import numpy as np

        from playground.api import Candidates

        self.left: list[Candidates] = []
        self.complete: list[Hypothesis] = []
        self._going: list[tuple[Hypothesis, Reading]] = []
        for hypothesis, reading in zip(hypotheses, readings, strict=True):
            row = adjusted(Candidates(reading.logits[-1]).log_probabilities())
            left = left_after(context, hypothesis.ids, row)
            if left is None:
                self.complete.append(hypothesis)
            else:
                self.left.append(left)
                self._going.append((hypothesis, reading))
        rows = zip(self._going, self.left, strict=True)
        scores = [before.score + left.scores for (before, _), left in rows]
        self.scores = np.concatenate([np.empty(0, np.float32), *scores])
        self._borders = np.cumsum([0, *map(len, self.left)])

    def at(self, places: ndarray) -> list[Hypothesis]:
        """The continuations at these places of `scores`, in that order."""
        parents = self._borders.searchsorted(places, side="right") - 1
        return [
            self._extended(parent, place)
            for parent, place in zip(parents.tolist(), places.tolist(), strict=True)
        ]

    def _extended(self, parent: int, place: int) -> Hypothesis:
        (before, reading), left = self._going[parent], self.left[parent]
        token = int(left.ids[place - self._borders[parent]])
        step = Commit(token, left, reading.logits[-1])
        score = float(self.scores[place])
        return Hypothesis(score, (*before.ids, token), (*before.tail, step), reading.state)


def row_noise(context: DecodeContext, left: Sequence[Candidates], position: int) -> ndarray:
    """Standard Gumbel variates (n,) for the candidates of all rows; the first row's are `sample`'s.

    A row's tokens are numbered on from those of the row before it.
    """
    import numpy as np

    drawn = [
        context.noise.gumbel(position, row * each.vocabulary + each.ids, len(each))
        for row, each in enumerate(left)
    ]
    return np.concatenate([np.empty(0, np.float32), *drawn])


def agreed(tails: Iterable[Sequence[Commit]]) -> int:
    """How many tokens all tails begin with."""
    columns = zip(*([step.token for step in tail] for tail in tails), strict=False)
    return sum(1 for _ in takewhile(lambda tokens: len(set(tokens)) == 1, columns))
