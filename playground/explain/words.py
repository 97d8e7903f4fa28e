"""The small world of the worked examples: ten words, a text, what could come next, and who says so.

All of it is typed, and nothing that comes of it: the examples are computed from here.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from playground.api import Candidates, InvalidInput, LanguageModel
from playground.testing import ScriptedModel

WORDS = (" the", " cat", " sat", " on", " mat", " and", " dog", " rug", ".", "")
"""The tokens in the order of their ids; the last one ends a text."""
END = len(WORDS) - 1
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
    """A token for each of the ten words."""

    vocabulary_size = len(WORDS)
    bos_id: int | None = END
    eos_ids = frozenset({END})
    start_ids: tuple[int, ...] = ()
    fingerprint = "ten words"

    def encode(self, text: str) -> list[int]:
        ids, rest = [], text
        while rest:
            token = next(
                (i for i, word in enumerate(WORDS) if word and rest.startswith(word)), None
            )
            if token is None:
                raise InvalidInput(f"the example has no word for {rest!r}")
            ids.append(token)
            rest = rest.removeprefix(WORDS[token])
        return ids

    def piece(self, token: int, previous: int | None) -> bytes:
        return WORDS[token].encode()

    def label(self, token: int) -> str:
        return "<end>" if token == END else WORDS[token].strip()


TOKENIZER = WordTokenizer()


def next_candidates() -> Candidates:
    """What could come after the prompt and what was said."""
    ids = np.array(sorted(map(WORDS.index, NEXT)))
    chances = np.array([NEXT[WORDS[token]] for token in ids])
    return Candidates((np.log(chances) + SHIFT).astype(np.float32), ids, len(WORDS))


def model() -> LanguageModel:
    """The model that looks at one word."""
    return ScriptedModel(_row, tokenizer=TOKENIZER)


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
