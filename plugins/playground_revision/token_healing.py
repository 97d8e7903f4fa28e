"""Token healing: the prompt's last token is said anew, as one that begins with the same text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Strategy, Tokenizer

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


class TokenHealing(Strategy, frozen=True):
    """As `sample`, after choosing the prompt's last token anew among those that begin with its text.

    A prompt that ends within a word, or with half of `://`, ends in a token that the model never saw there.
    The first token said stands for it: its bytes begin with the last token's, and what they add is the
    text that is shown. A tokenizer of single characters has nothing to heal.
    """

    heals: ClassVar[bool] = True
    about: ClassVar[About] = About(
        group="Revision",
        formula="first token: p, among those whose bytes begin with the prompt's last token's",
        source="Lundberg, guidance 2023",
        elsewhere="guidance, the same; transformers (`token_healing`) heals before it generates, with the "
        "likeliest token, and a space is a token of its own",
    )

    def decode(self, context: DecodeContext) -> Decoding:
        ids, reading = list(context.ids), context.reading
        if context.withheld:
            logits = reading.logits[-1]
            begun = beginning_alike(context.model.tokenizer, ids[-1], context.withheld)
            token, chosen = context.choose(ids, _among(logits, begun))
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token])
        while True:
            logits = reading.logits[-1]
            token, chosen = context.choose(ids, logits)
            yield Commit(token, chosen, logits)
            ids.append(token)
            reading = yield from context.read(reading.state, [token])


def beginning_alike(tokenizer: Tokenizer, previous: int, withheld: tuple[int, ...]) -> list[int]:
    """The tokens whose bytes after `previous` begin with those of `withheld`, ascending."""
    known = b"".join(map(tokenizer.piece, withheld, (previous, *withheld)))
    if not known:
        return list(withheld)  # a sign without a text, such as the end of one
    every = range(tokenizer.vocabulary_size)
    return [token for token in every if tokenizer.piece(token, previous).startswith(known)]


def _among(logits: ndarray, tokens: list[int]) -> Candidates:
    import numpy as np

    from playground.api.candidates import Candidates

    return Candidates(logits).at(np.array(tokens))
