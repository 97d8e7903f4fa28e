"""A guess is read in one pass, and as much of it stands as would have been said anyway.

The token that the seeded choice takes at a position is a pure function of the logits there (noise is one of
seed, sequence, position and token). So nothing need be accepted by chance: at every row of the reading the
chain chooses as it always does, and a guess that differs ends there. The text is that of `sample`, token
for token, whatever guesses; only the number of passes differs.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

from playground.api import Commit, DecodeContext, Decoding, Draft, Read, ReadAll, Reading, State

Guessing = Generator[ReadAll, list[Reading], list[int]]


class Guesser(Protocol):
    """Says what may come next."""

    def guess(self, ids: Sequence[int], most: int) -> Guessing:
        """At most `most` tokens that may follow `ids`; may ask for reads, of another model."""


def verified(context: DecodeContext, guesser: Guesser, ahead: int) -> Decoding:
    """Say what the chain chooses, reading guesses of at most `ahead` tokens together with what was said."""
    ids = list(context.ids)
    token, chosen = context.choose(ids, context.reading.logits[-1])
    yield Commit(token, chosen, context.reading.logits[-1])
    ids.append(token)
    state, unread = context.reading.state, 1  # the last so many of ids have not been read
    hope = ahead
    while True:
        guess: list[int] = []
        left = context.limit - (len(ids) - len(context.ids))
        # What cannot be rewound is read again with the next guess, but not for ever.
        if unread <= ahead + 1 and left > 1:
            guess = yield from guesser.guess(ids, min(hope, left - 1))
        if guess:
            yield Draft(tuple(guess))
        begun, before = len(ids), state
        read = Read(before, (*ids[-unread:], *guess), logits_to_keep=len(guess) + 1)
        (reading,) = yield from context.read_all([read])
        for place in range(len(guess) + 1):
            token, chosen = context.choose(ids, reading.logits[place])
            yield Commit(token, chosen, reading.logits[place])
            ids.append(token)
            if place == len(guess) or token != guess[place]:
                break
        if guess:
            # A wrong guess costs, so after one they are short, and grow while they are right.
            hope = min(ahead, 2 * place + 1)
        state, unread = _settled(context, before, reading.state, begun + place, len(ids))


def _settled(
    context: DecodeContext, before: State, after: State, right: int, length: int
) -> tuple[State, int]:
    """A state that has read nothing but what was said, and how many of `length` tokens it has not read.

    `after` has read guesses, too, of which those up to `right` tokens are what was said; `before` none.
    """
    rewound = after if after.length == right else context.model.rewind(after, right)
    settled = before if rewound is None else rewound
    return settled, length - settled.length
