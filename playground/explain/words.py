"""The small world of the worked examples: ten words, a text, what could come next, and who says so.

And beside it, for what ten words cannot show, a value of JSON that has been begun. All of it is typed, and
nothing that comes of it: the examples are computed from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from msgspec.structs import replace
from numpy import ndarray

from playground.api import Candidates, InvalidInput, LanguageModel, Need, Read, Reading
from playground.testing import ScriptedModel

WORDS = (" the", " cat", " sat", " on", " mat", " and", " dog", " rug", ".", "")
"""The tokens in the order of their ids; the last one ends a text."""
PROMPT = " the cat sat on the mat and the dog"
SAID = " sat on the"
"""What has been said after the prompt, so that what counts generated tokens counts some."""
NEXT = {" mat": 0.40, " rug": 0.25, " dog": 0.15, " the": 0.10, " cat": 0.06, "": 0.04}
SHIFT = 2.5
"""A score is log p + this, so that some are above zero and some below, as a model's are."""
FOLLOWS = {
    " the": {" cat": 0.4, " dog": 0.3, " mat": 0.15, " rug": 0.15},
    " cat": {" sat": 0.5, " and": 0.3, ".": 0.2},
    " dog": {" sat": 0.95, ".": 0.05},
    " sat": {" on": 0.8, ".": 0.2},
    " on": {" the": 1.0},
    " mat": {" and": 0.4, ".": 0.6},
    " rug": {" and": 0.3, ".": 0.7},
    " and": {" the": 0.9, " sat": 0.1},
    ".": {"": 0.8, " the": 0.2},
    "": {"": 1.0},
}
"""What the model of the strategies' examples says after each word."""
BEGINNING = " the"


class WordTokenizer:
    """A token for each of some words; the last one, the empty word, ends a text."""

    start_ids: tuple[int, ...] = ()

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self.vocabulary_size = len(words)
        self.bos_id: int | None = len(words) - 1
        self.eos_ids = frozenset({len(words) - 1})
        self.fingerprint = f"the words {words}"

    def encode(self, text: str) -> list[int]:
        ids, rest = [], text
        while rest:
            token = next(
                (i for i, word in enumerate(self._words) if word and rest.startswith(word)), None
            )
            if token is None:
                raise InvalidInput(f"the example has no word for {rest!r}")
            ids.append(token)
            rest = rest.removeprefix(self._words[token])
        return ids

    def piece(self, token: int, previous: int | None) -> bytes:
        return self._words[token].encode()

    def label(self, token: int) -> str:
        return self._words[token].strip() or "<end>"


TOKENIZER = WordTokenizer(WORDS)


@dataclass(frozen=True)
class Scene:
    """Where a processor's example stands: a text, what is said of it, and what could come next."""

    tokenizer: WordTokenizer
    prompt: str
    said: str
    next: Mapping[str, float]
    """Words and their probabilities."""

    @cached_property
    def candidates(self) -> Candidates:
        """What could come after the prompt and what was said."""
        chances = {self._token(word): chance for word, chance in self.next.items()}
        ids = np.array(sorted(chances))
        scores = np.log([chances[token] for token in ids]) + SHIFT
        return Candidates(scores.astype(np.float32), ids, self.tokenizer.vocabulary_size)

    def _token(self, word: str) -> int:
        return self.tokenizer.encode(word)[0] if word else self.tokenizer.vocabulary_size - 1


SCENES = {
    "sentence": Scene(TOKENIZER, PROMPT, SAID, NEXT),
    "json": Scene(
        WordTokenizer(("Ann is thirty: ", '{"age":', " thirty", ' "', " 30", " null", "}", "")),
        "Ann is thirty: ",
        '{"age":',
        {" thirty": 0.35, ' "': 0.25, " 30": 0.2, " null": 0.1, "}": 0.06, "": 0.04},
    ),
}
"""By the name that `About.scene` gives."""


class Layered(ScriptedModel):
    """One that comes to its words over some layers: each is surer than the one before of what the last says.

    Its hidden states are the logits so far, so that they need no head.
    """

    offers = Need.LOGITS | Need.HIDDEN
    layers = 4

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        return [
            replace(reading, hidden=self._hidden(read))
            for read, reading in zip(batch, super().read(batch), strict=True)
        ]

    def unembed(self, hidden: ndarray) -> ndarray:
        return hidden

    def _hidden(self, read: Read) -> ndarray:
        """(layers + 1, time, vocabulary)."""
        logits = np.stack([_row((token,)) for token in read.tokens])
        return np.stack([logits * layer / self.layers for layer in range(self.layers + 1)])


def model() -> LanguageModel:
    """The model that looks at one word."""
    return Layered(_row, tokenizer=TOKENIZER)


def small_model() -> LanguageModel:
    """One that knows half as much: at every other look it guesses any word."""
    return ScriptedModel(_small_row, tokenizer=TOKENIZER)


def _row(tokens: tuple[int, ...]) -> ndarray:
    row = np.full(len(WORDS), np.log(RARE), dtype=np.float32)
    for word, chance in FOLLOWS[WORDS[tokens[-1]]].items():
        row[WORDS.index(word)] = np.log(chance)
    return row


def _small_row(tokens: tuple[int, ...]) -> ndarray:
    known: ndarray = np.exp(_row(tokens))
    return np.log((known + 1 / len(WORDS)) / 2).astype(np.float32)


RARE = 1e-6
