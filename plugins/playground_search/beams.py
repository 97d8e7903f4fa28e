"""The loop of beam searches, which stream: what all hypotheses agree on is committed, the rest a draft.

Gives the tokens of transformers' `generate(num_beams=width)`, and its n best ones where a request has n
sequences. The chain's processors see log-probabilities, as there. Stop strings and time limits are the
engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import Commit, DecodeContext, Decoding, Meta, Reading, Strategy
from playground_search.hypotheses import Extensions, Hypothesis, agreed

if TYPE_CHECKING:
    from numpy import ndarray


@dataclass
class Group:
    """Texts that are followed side by side, and those that have finished, the best first.

    readings: of every running text's last token.
    """

    running: list[Hypothesis]
    readings: list[Reading]
    finished: list[Hypothesis] = field(default_factory=list)
    open: bool = True
    """Whether a running text can still replace a finished one."""

    def drop(self, agreed: int) -> None:
        """Forget the first tokens of all tails: they have been committed."""
        self.running = [h.without(agreed) for h in self.running]
        self.finished = [h.without(agreed) for h in self.finished]


class BeamSearch(Strategy, frozen=True):
    """Texts followed side by side in `group_count` groups, of which the best that finish are taken."""

    joint: ClassVar[bool] = True

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

    @property
    def group_count(self) -> int:
        return 1

    def adjusted(self, scores: ndarray, said: list[int]) -> ndarray:
        """The log-probabilities (vocabulary,) of a text's next token, as the chain is given them.

        said: the tokens that groups before this one have said at the same place.
        """
        return scores

    def ranked(self, context: DecodeContext, extensions: Extensions, position: int) -> ndarray:
        """By what (n,) the continuations by one token are taken, the highest first."""
        return extensions.scores

    def search(self, context: DecodeContext) -> Decoding:
        start = Hypothesis(0.0, tuple(context.ids), (), context.reading.state)
        groups = [Group([start], [context.reading]) for _ in range(self.group_count)]
        for length in range(1, context.limit + 1):
            self._step(context, [group for group in groups if group.open], length)
            going = [group for group in groups if group.open]
            best = _best([h for group in groups for h in group.finished], context.count)
            if not going:
                break
            running = [h for group in going for h in group.running]
            leaders = [*running, *best]
            # Texts do not get fewer: once there is one for each sequence, what they share is sure.
            sure = agreed(h.tail for h in leaders) if len(leaders) >= context.count else 0
            yield from _said_by_all(running[0].tail[:sure], context.count)
            for group in groups:
                group.drop(sure)
            yield from self._drafts(going, [h.without(sure) for h in best], length, context.count)
            readings = yield from context.read_all([h.read() for h in running])
            for group in going:
                group.readings = [readings.pop(0) for _ in group.running]
        for sequence, hypothesis in enumerate(best):
            yield from hypothesis.commits(sequence)

    def _step(self, context: DecodeContext, groups: list[Group], length: int) -> None:
        """Extend the texts of all groups by one token, and set those aside that have finished."""
        from playground.api.candidates import top_indices

        ends = context.model.tokenizer.eos_ids
        size = self.width // self.group_count
        last = length == context.limit
        said: list[int] = []
        for group in groups:
            adjusted = partial(self.adjusted, said=said)
            extensions = Extensions(context, group.running, group.readings, adjusted)
            ranks = self.ranked(context, extensions, len(context.ids) + length - 1)
            # More than are followed, so that enough go on where the first ones end.
            extended = extensions.at(top_indices(ranks, max(2, 1 + len(ends)) * size))
            complete = [self._normalised(h, max(1, length - 1)) for h in extensions.complete]
            ended = [h for h in extended[:size] if last or h.ids[-1] in ends]
            ended = [self._normalised(h, length) for h in ended]
            group.finished = _best([*group.finished, *complete, *ended], size)
            group.running = _best([h for h in extended if h.ids[-1] not in ends], size)
            group.open = not last and self._can_improve(group, size, length, context.limit)
            said += [h.ids[-1] for h in group.running]

    def _drafts(
        self, going: list[Group], best: list[Hypothesis], length: int, count: int
    ) -> Decoding:
        running = [self._normalised(h, length) for group in going for h in group.running]
        for sequence, hypothesis in enumerate(_best([*running, *best], count)):
            yield hypothesis.draft(sequence)

    def _normalised(self, hypothesis: Hypothesis, length: int) -> Hypothesis:
        return replace(hypothesis, score=hypothesis.score / length**self.length_penalty)

    def _can_improve(self, group: Group, size: int, length: int, limit: int) -> bool:
        """Whether a running text can still replace one of the finished."""
        if not group.running or len(group.finished) < size:
            return bool(group.running)
        if self.early_stopping is True:
            return False
        longest = self.early_stopping == "never" and self.length_penalty > 0
        hoped = self._normalised(group.running[0], limit if longest else length)
        return hoped.score > group.finished[-1].score


def _best(hypotheses: list[Hypothesis], count: int) -> list[Hypothesis]:
    return sorted(hypotheses, key=lambda h: h.score, reverse=True)[:count]


def _said_by_all(steps: tuple[Commit, ...], count: int) -> Iterator[Commit]:
    from msgspec.structs import replace

    for step in steps:
        for sequence in range(count):
            yield replace(step, sequence=sequence)
