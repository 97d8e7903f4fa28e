"""How well a text is predicted: figures of the whole, surprisal of each token."""

from __future__ import annotations

import math
from collections.abc import Iterator

from playground.api import Inspected, InvalidInput, Output, Panel, Passage, Piece, Table
from playground.api.outputs import facts


class Scores(Panel):
    """Loss and perplexity, the text in the colours of its probabilities, and a row a token."""

    def show(self, inspected: Inspected) -> Iterator[Output]:
        if not inspected.text:
            raise InvalidInput(
                "the empty text has nothing to predict", "write a text, or type one here"
            )
        found = inspected.score()
        pairs = list(zip(found.pieces, found.logprobs, strict=True))
        yield facts(
            (
                ("loss", f"{found.loss:.4f} nats a token"),
                ("perplexity", f"{found.perplexity:.4g}"),
                ("bits per character", f"{found.bits_per_character:.4f}"),
                ("predicted", f"{found.tokens} tokens, {found.characters} characters"),
            )
        )
        yield Passage(tuple(Piece(text, logprobs=(logprob,)) for text, logprob in pairs))
        headers = ("i", "token", "surprisal", "probability")
        rows = tuple(
            (at, f'"{text}"', f"{-logprob / math.log(2):.3f} bits", f"{math.exp(logprob):.4f}")
            for at, (text, logprob) in enumerate(pairs)
        )
        yield Table(headers, rows, right=("i", "surprisal", "probability"))
