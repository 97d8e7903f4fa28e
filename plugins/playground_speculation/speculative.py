"""Speculative decoding: a small model guesses, the large one reads the guess in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from playground.api import (
    About,
    DecodeContext,
    Decoding,
    LanguageModel,
    Meta,
    ModelName,
    Read,
    State,
    Strategy,
    TextEnds,
)
from playground_speculation.verifying import Guessing, verified


class Speculative(Strategy, frozen=True):
    """As `sample`, sooner: a `draft` model guesses `ahead` tokens, which the model reads in one pass.

    Those that the model would have said itself stand. The text is that of `sample` with the same chain
    and seed; with `top_k(1)` before it, that of greedy. The draft has the same tokenizer. Guesses are
    drawn by the same chain and noise, so that they are right as often as can be.
    """

    aliases: ClassVar[tuple[str, ...]] = ("assisted",)
    about: ClassVar[About] = About(
        group="Speculation",
        formula="the model's own choices; guesses are the draft's, by the same chain and noise",
        source="Leviathan, Kalman and Matias 2023; Chen et al. 2023",
        elsewhere="transformers (assisted generation), vLLM, llama.cpp: they accept a guess by chance, "
        "min(1, p / q), which keeps the law and changes the text. Here both models' choices are "
        "coupled by their noise: a guess stands if it is the model's choice, so the text is the same, too",
        example='speculative("small")',
    )

    draft: Annotated[ModelName, Meta(description="a smaller model, called as -m calls one")]
    ahead: Annotated[int, Meta(ge=1, le=64, description="tokens guessed at once")] = 4

    def decode(self, context: DecodeContext) -> Decoding:
        guesser = DraftModel(context, context.models["draft"])
        yield from verified(context, guesser, self.ahead)


class DraftModel:
    """Guesses by decoding with another model. It keeps its latest states, which cost it no rewinding."""

    def __init__(self, context: DecodeContext, model: LanguageModel) -> None:
        self._context = context
        self._model = model
        self._read: list[int] = []
        """Tokens that the last of the states has read."""
        self._states: list[State] = [model.start()]
        """By what they have read, ascending; the first has read what will stand."""

    def guess(self, ids: Sequence[int], most: int) -> Guessing:
        """At most `most` tokens after `ids`; fewer at the end of the draft's context."""
        self._forget_what_was_wrong(ids)
        guessed = list(ids)
        while len(guessed) - len(ids) < most and self._has_room(len(guessed)):
            unread = guessed[self._states[-1].length :]
            reads = [Read(self._states[-1], tuple(unread), logits_to_keep=1)]
            (reading,) = yield from self._context.read_all(reads, self._model)
            self._states.append(reading.state)
            try:
                token, _ = self._context.choose(guessed, reading.logits[-1])
            except TextEnds:
                break  # complete, if the guess is right
            guessed.append(token)
            if token in self._model.tokenizer.eos_ids:
                break
        self._read = guessed[: self._states[-1].length]
        return guessed[len(ids) :]

    def _forget_what_was_wrong(self, ids: Sequence[int]) -> None:
        """Keep the latest state that has read nothing but the beginning of `ids`, less its last."""
        right = self._states[0].length
        while right < min(len(self._read), len(ids) - 1) and self._read[right] == ids[right]:
            right += 1
        self._states = [max((s for s in self._states if s.length <= right), key=_length)]

    def _has_room(self, length: int) -> bool:
        context = self._model.context_length
        return context is None or length <= context


def _length(state: State) -> int:
    return state.length
