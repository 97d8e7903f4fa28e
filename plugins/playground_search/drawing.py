"""Several texts drawn side by side for one sequence, each with its own noise, for those that choose one."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from playground.api import Commit, DecodeContext, Draft, Effect, Read, Reading, TextEnds
from playground_search.hypotheses import agreed
from playground_search.spoken import has_ended, logprob_of, piece_after, readable


@dataclass
class Drawn:
    """A text that is being drawn: what it said, of which `tail` has not been committed.

    logprob: the model's own, of all of it, in nats. reading: of its last token but one. complete: whether
    the chain says that nothing can follow.
    """

    context: DecodeContext
    reading: Reading
    ids: list[int]
    spoken: bytes = b""
    logprob: float = 0.0
    complete: bool = False
    tail: list[Commit] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        return self.complete or has_ended(self.context, self.ids, self.spoken)

    @property
    def tokens(self) -> list[int]:
        return self.ids[len(self.context.ids) :]

    @property
    def text(self) -> str:
        return readable(self.context, self.spoken)

    @property
    def mean_logprob(self) -> float:
        return self.logprob / max(1, len(self.tokens))

    def draw(self) -> None:
        """Say one token more, unless it is complete."""
        row = self.reading.logits[-1]
        try:
            token, chosen = self.context.choose(self.ids, row)
        except TextEnds:
            self.complete = True
            return
        step = Commit(token, chosen, row)
        self.tail.append(step)
        self.logprob += logprob_of(step)
        self.spoken += piece_after(self.context, self.ids, token)
        self.ids.append(token)


def draw_texts(context: DecodeContext, count: int) -> Generator[Effect, list[Reading], list[Drawn]]:
    """`texts = yield from draw_texts(context, count)`: whole texts, read in one pass a step.

    They are those that the same seed gives to the sequences count × i to count × i + count - 1 of
    `sample`, i being this one. Their common beginning is committed at once; the likeliest is the draft.
    """
    first = context.sequence * count
    siblings = [context.sibling(first + number) for number in range(count)]
    texts = [Drawn(each, context.reading, list(context.ids)) for each in siblings]
    going = texts
    while True:
        for text in going:
            text.draw()
        going = [text for text in going if not text.has_ended]
        if not going:
            # Nothing is told of these last tokens: a finding comes before them.
            return texts
        sure = agreed(text.tail for text in texts)
        yield from texts[0].tail[:sure]
        for text in texts:
            del text.tail[:sure]
        likeliest = max(texts, key=lambda text: text.mean_logprob)
        yield Draft(tuple(step.token for step in likeliest.tail))
        reads = [Read(text.reading.state, text.ids[-1:], logits_to_keep=1) for text in going]
        readings = yield from context.read_all(reads)
        for text, reading in zip(going, readings, strict=True):
            text.reading = reading
