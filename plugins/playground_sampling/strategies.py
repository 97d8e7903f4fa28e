"""The two plain loops: one token after the other, drawn or the best."""

from __future__ import annotations

from typing import ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Strategy


class Sample(Strategy, frozen=True):
    """Draw every token from what the chain leaves, with its probability."""

    aliases: ClassVar[tuple[str, ...]] = ("multinomial",)
    about: ClassVar[About] = About(
        group="Strategies",
        formula="token ~ p",
        elsewhere=(
            "all engines; here the draw is the Gumbel-max trick, so the same seed gives other "
            "tokens than theirs"
        ),
    )

    def decode(self, context: DecodeContext) -> Decoding:
        ids, reading = list(context.ids), context.reading
        while True:
            logits = reading.logits[-1]
            token, chosen = context.choose(ids, logits)
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token])


class Greedy(Strategy, frozen=True):
    """Take the likeliest token every time; of equal ones the one with the lowest id."""

    about: ClassVar[About] = About(
        group="Strategies",
        formula="argmax s",
        elsewhere="all engines",
    )

    deterministic: ClassVar[bool] = True

    def decode(self, context: DecodeContext) -> Decoding:
        ids, reading = list(context.ids), context.reading
        while True:
            logits = reading.logits[-1]
            chosen = context.candidates(ids, logits)
            token = chosen.best()
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token])
