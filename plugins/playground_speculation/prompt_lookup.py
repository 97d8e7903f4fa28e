"""Prompt lookup: what followed these tokens before may follow them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, Meta, Strategy
from playground_speculation.verifying import Guessing, verified


class PromptLookup(Strategy, frozen=True):
    """As `sample`, sooner where the text repeats itself: guess what followed its last tokens before.

    The longest end of the text, at most `ngram` tokens, that stood before says the next `ahead` tokens; the
    model reads them in one pass and keeps those that it would have said. The text is that of `sample`
    with the same chain and seed; with `top_k(1)` before it, that of greedy.
    """

    aliases: ClassVar[tuple[str, ...]] = ("ngram_lookup",)
    about: ClassVar[About] = About(
        group="Speculation",
        formula="the model's own choices; guesses are what followed the longest n-gram before",
        source="Saxena 2023",
        elsewhere="transformers (`prompt_lookup_num_tokens`), vLLM, llama.cpp (lookup): there the prompt's "
        "first match, here the text's last. They accept by chance or compare greedy tokens; here a guess "
        "is compared with the seeded choice, so that the text does not depend on it",
    )

    ngram: Annotated[int, Meta(ge=1, le=64, description="longest end that is looked up")] = 3
    ahead: Annotated[int, Meta(ge=1, le=512, description="most tokens guessed at once")] = 10

    def decode(self, context: DecodeContext) -> Decoding:
        yield from verified(context, NGrams(self.ngram), self.ahead)


class NGrams:
    """Where each n-gram of a growing text, up to `longest` tokens, was last followed by something."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._after: dict[tuple[int, ...], int] = {}
        self._known = 0

    def guess(self, ids: Sequence[int], most: int) -> Guessing:
        """The `most` tokens that followed the longest known end of `ids`."""
        yield from ()  # it reads nothing
        self._learn(ids)
        for length in range(min(self._longest, len(ids)), 0, -1):
            place = self._after.get(tuple(ids[-length:]))
            if place is not None:
                followed = list(ids[place : place + most])
                # Where fewer have followed, the text repeats itself from there on.
                return [followed[i % len(followed)] for i in range(most)]
        return []

    def _learn(self, ids: Sequence[int]) -> None:
        """Note what every place of `ids` since the last time follows; earlier ones do not change."""
        for place in range(self._known, len(ids)):
            for length in range(1, min(self._longest, place) + 1):
                self._after[tuple(ids[place - length : place])] = place
        self._known = len(ids)
