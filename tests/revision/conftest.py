"""A tokenizer whose tokens overlap, so that a text can be said in many ways, and a model of anything."""

from __future__ import annotations

import numpy as np
import pytest

from playground.testing import ScriptedModel

TOKENS = ("a", "b", "c", " ", "ab", "ba", "abc", "bc a", "ca", " ab", "b c", "é", "")


class Pieces:
    """Every text of a, b, c and spaces, in tokens of up to four letters: the longest that fit."""

    vocabulary_size = len(TOKENS)
    bos_id = None
    eos_ids = frozenset({len(TOKENS) - 1})
    start_ids = ()
    fingerprint = "pieces"

    def encode(self, text):
        ids = []
        while text:
            longest = max((t for t in TOKENS if t and text.startswith(t)), key=len)
            ids.append(TOKENS.index(longest))
            text = text[len(longest) :]
        return ids

    def piece(self, token, previous):
        return TOKENS[token].encode()

    def label(self, token):
        return TOKENS[token]


@pytest.fixture
def pieces():
    return Pieces()


@pytest.fixture
def babbler(pieces):
    """A model over them whose row depends on its last token; it seldom ends."""
    rows = np.random.default_rng(3).normal(size=(len(TOKENS), len(TOKENS))).astype(np.float32)
    rows[:, -1] -= 4
    return ScriptedModel(lambda tokens: rows[tokens[-1]], tokenizer=pieces)
