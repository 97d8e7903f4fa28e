"""Beam search that streams: what all hypotheses agree on is committed at once, the rest is a draft.

Gives the tokens of transformers' `generate(num_beams=width, do_sample=False)`. The chain's
processors see log-probabilities, as there. Stop strings and time limits are the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Annotated, ClassVar, Literal

from playground.api import (
    About,
    Commit,
    DecodeContext,
    Decoding,
    Draft,
    Meta,
    Read,
    Reading,
    State,
    Strategy,
    TextEnds,
)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text that may win. `score` is its log-probability; once finished, divided by its length.

    tail: what has not been committed yet. state: having read all but the last of `ids`.
    """

    score: float
    ids: tuple[int, ...]
    tail: tuple[Commit, ...]
    state: State

    def draft(self) -> Draft:
        return Draft(tuple(step.token for step in self.tail))

    def without(self, agreed: int) -> Hypothesis:
        return replace(self, tail=self.tail[agreed:])


class Beam(Strategy, frozen=True):
    """Follow the `width` likeliest texts side by side and take the best of those that finish.

    n counts the tokens of the text. With width 1 it is greedy. A step reads all texts in one pass.
    """

    about: ClassVar[About] = About(
        group="Strategies",
        formula="argmax log p(text) / n^length_penalty over the texts followed",
        source="Lowerre 1976; Sutskever, Vinyals and Le 2014",
        elsewhere="transformers, with the same tokens; vLLM",
        neutral="beam(1)",
    )

    deterministic: ClassVar[bool] = True

    width: Annotated[int, Meta(ge=1, le=256, description="texts followed side by side")] = 4
    length_penalty: Annotated[
        float, Meta(ge=-10, le=10, description="above 0 favours long texts, below 0 short ones")
    ] = 1.0
    early_stopping: Annotated[
        bool | Literal["never"],
        Meta(
            description="true: stop once `width` texts have finished; false: once the best running"
            ' one could not beat them if it ended now; "never": once none could, however long'
        ),
    ] = False

    def decode(self, context: DecodeContext) -> Decoding:
        if self.width == 1:
            yield from _greedy(context)
        else:
            yield from self._search(context)

    def _search(self, context: DecodeContext) -> Decoding:
        ends = context.model.tokenizer.eos_ids
        running = [Hypothesis(0.0, tuple(context.ids), (), context.reading.state)]
        finished: list[Hypothesis] = []
        readings = [context.reading]
        for length in range(1, context.limit + 1):
            extended, complete = _extend(
                context, running, readings, max(2, 1 + len(ends)) * self.width
            )
            last = length == context.limit
            ended = [h for h in extended[: self.width] if last or h.ids[-1] in ends]
            finished = self._best(
                [
                    *finished,
                    *(self._normalised(h, max(1, length - 1)) for h in complete),
                    *(self._normalised(h, length) for h in ended),
                ]
            )
            running = [h for h in extended if h.ids[-1] not in ends][: self.width]
            if last or not self._can_improve(running, finished, length, context.limit):
                break
            leaders = [*running, *finished[:1]]
            agreed = _agreed(leaders)
            yield from running[0].tail[:agreed]
            running = [h.without(agreed) for h in running]
            finished = [h.without(agreed) for h in finished]
            yield max([self._normalised(running[0], length), *finished[:1]], key=_score).draft()
            reads = [Read(h.state, h.ids[-1:], logits_to_keep=1) for h in running]
            readings = yield from context.read_all(reads)
        yield from finished[0].tail

    def _normalised(self, hypothesis: Hypothesis, length: int) -> Hypothesis:
        return replace(hypothesis, score=hypothesis.score / length**self.length_penalty)

    def _best(self, hypotheses: list[Hypothesis]) -> list[Hypothesis]:
        return sorted(hypotheses, key=_score, reverse=True)[: self.width]

    def _can_improve(
        self, running: list[Hypothesis], finished: list[Hypothesis], length: int, limit: int
    ) -> bool:
        """Whether a running text can still replace one of the finished."""
        if not running or len(finished) < self.width:
            return bool(running)
        if self.early_stopping is True:
            return False
        longest = self.early_stopping == "never" and self.length_penalty > 0
        hoped = self._normalised(running[0], limit if longest else length)
        return hoped.score > finished[-1].score


def _score(hypothesis: Hypothesis) -> float:
    return hypothesis.score


def _extend(
    context: DecodeContext, running: list[Hypothesis], readings: list[Reading], count: int
) -> tuple[list[Hypothesis], list[Hypothesis]]:
    """The `count` likeliest continuations by one token of all `running`, the best first; the complete ones.

    More than the beam is wide, so that enough go on where the best ones end.
    """
    import numpy as np

    from playground.api.candidates import Candidates, top_indices

    going_on: list[tuple[Hypothesis, Reading, Candidates]] = []
    complete = []
    for hypothesis, reading in zip(running, readings, strict=True):
        scores = Candidates(reading.logits[-1]).log_probabilities()
        try:
            left = context.candidates(hypothesis.ids, scores)
        except TextEnds:
            complete.append(hypothesis)
        else:
            going_on.append((hypothesis, reading, left))
    if not going_on:
        return [], complete
    borders = np.cumsum([0, *(len(left) for _, _, left in going_on)])
    everything = np.concatenate([h.score + left.scores for h, _, left in going_on])
    extended = []
    for place in top_indices(everything, count).tolist():
        parent = int(np.searchsorted(borders, place, side="right")) - 1
        before, reading, left = going_on[parent]
        token = int(left.ids[place - borders[parent]])
        step = Commit(token, left, reading.logits[-1])
        extended.append(
            Hypothesis(
                float(everything[place]),
                (*before.ids, token),
                (*before.tail, step),
                reading.state,
            )
        )
    return extended, complete


def _agreed(leaders: Sequence[Hypothesis]) -> int:
    """How many tokens all tails begin with."""
    columns = zip(*([step.token for step in h.tail] for h in leaders), strict=False)
    return sum(1 for _ in takewhile(lambda tokens: len(set(tokens)) == 1, columns))


def _greedy(context: DecodeContext) -> Decoding:
    """As transformers with one beam: processors see the model's own scores."""
    ids, reading = list(context.ids), context.reading
    while True:
        row = reading.logits[-1]
        chosen = context.candidates(ids, row)
        token = chosen.best()
        yield Commit(token, chosen, row)
        ids.append(token)
        reading = yield from context.read(reading.state, [token])
