"""What a grammar allows after a text: a pure function of the ids that remembers where it was.

The matcher of a text is a copy of the matcher of its longest beginning that is known, fed the rest. So a
step costs one token, forks of a beam share what they share, and nothing depends on the order of asking.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from playground.api import InvalidInput, Tokenizer
from playground_constraints.library import library
from playground_constraints.narrowing import does_not_fit, text_of
from playground_constraints.vocabulary import Vocabulary, bytes_for_matching

if TYPE_CHECKING:
    from llguidance import LLMatcher
    from numpy import ndarray

KNOWN = 512
"""Texts whose matchers are kept: beams and sequences of some requests."""

NO_FORCING = '\n%llguidance {"no_forcing": true}\n'
"""Any tokens that spell the text will do, not the tokenizer's own alone. Stands last, so that it holds."""


TOO_COMPLEX = ("ParserTooComplex", "LexerTooComplex")


@dataclass(frozen=True)
class Place:
    """After a text: the matcher, what it said may follow, and whether the text may end here.

    bits: a bit for each of the matcher's tokens; those of the vocabulary begin at `begin`. Many places are
    kept, so they are kept small.
    """

    matcher: LLMatcher
    bits: bytes
    begin: int
    size: int
    complete: bool
    barred: frozenset[int] = frozenset()

    def allowed(self) -> ndarray:
        """(vocabulary,) bool."""
        import numpy as np

        bits = np.unpackbits(np.frombuffer(self.bits, dtype=np.uint8), bitorder="little")
        mask: ndarray = bits[self.begin : self.begin + self.size].astype(bool)
        mask[list(self.barred)] = False
        return mask


class Automaton:
    """One grammar over one vocabulary."""

    def __init__(self, grammar: str, vocabulary: Vocabulary) -> None:
        self._grammar = grammar
        self._vocabulary = vocabulary
        self._known: OrderedDict[tuple[int, ...], Place] = OrderedDict()
        spaced = bool(vocabulary.spacing)
        self._first = self._place(_matcher(grammar, vocabulary.for_matching, spaced), None)

    def after(self, ids: tuple[int, ...], tokenizer: Tokenizer, stage: str) -> Place:
        """Raises InvalidInput for ids that do not fit, and where nothing can follow an incomplete text."""
        place = self._known.get(ids) or self._reached(ids, tokenizer, stage)
        self._known[ids] = place
        self._known.move_to_end(ids)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        if not (place.complete or place.allowed().any()):
            raise self._dead_end(place, ids, tokenizer, stage)
        return place

    def _reached(self, ids: tuple[int, ...], tokenizer: Tokenizer, stage: str) -> Place:
        begin = next((n for n in range(len(ids) - 1, 0, -1) if ids[:n] in self._known), 0)
        if not ids:
            return self._first
        matcher = (self._known[ids[:begin]] if begin else self._first).matcher.deep_copy()
        for number in range(begin, len(ids)):
            previous = ids[number - 1] if number else None
            if not matcher.consume_token(self._vocabulary.place(ids[number], previous)):
                raise does_not_fit(text_of(ids, tokenizer), stage)
        return self._place(matcher, ids[-1])

    def _place(self, matcher: LLMatcher, previous: int | None) -> Place:
        known = self._vocabulary
        barred = known.unspaced if previous in known.spacing else frozenset()
        begin, bits = known.offset(previous), matcher.compute_bitmask()
        return Place(matcher, bits, begin, known.size, matcher.is_accepting(), barred)

    def _dead_end(
        self, place: Place, ids: tuple[int, ...], tokenizer: Tokenizer, stage: str
    ) -> InvalidInput:
        if place.matcher.stop_reason() in TOO_COMPLEX:
            return InvalidInput(
                f"{stage}: llguidance gives up, the grammar is too complex after {len(ids)} tokens",
                "make it simpler: longer terminals, fewer ways to read a text",
            )
        text = text_of(ids, tokenizer)
        follow = bytes(next_bytes(self._grammar, text.encode()))
        wanted = follow.decode("ascii", errors="backslashreplace")
        if not wanted:
            return InvalidInput(
                f"{stage}: no text that satisfies it can be spelled in this model's characters",
                "`playground tokens` shows how a model reads a text",
            )
        after = f"after “{text[-40:]}”" if text else "the text"
        where = "" if text else " begins, and"
        return InvalidInput(
            f"{stage}: {after}{where} wants one of {wanted[:40]!r}, and no token of this model's"
            " vocabulary begins so",
            "choose a model whose vocabulary has it, or constrain the text to what this one has",
        )


@lru_cache(maxsize=32)
def automaton(grammar: str, vocabulary: Vocabulary) -> Automaton:
    """The automaton of a grammar over a vocabulary, compiled once."""
    return Automaton(grammar, vocabulary)


def next_bytes(grammar: str, text: bytes) -> list[int]:
    """The bytes that a grammar lets follow `text`."""
    import numpy as np

    matcher = _matcher(grammar, bytes_for_matching())
    for byte in text:
        matcher.consume_token(byte)
    bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    allowed: list[int] = np.unpackbits(bits, bitorder="little")[:256].nonzero()[0].tolist()
    return allowed


def is_empty(grammar: str) -> bool:
    """Whether no text begins as `grammar` wants, and the empty one does not fit either."""
    matcher = _matcher(grammar, bytes_for_matching())
    return not next_bytes(grammar, b"") and not matcher.is_accepting()


def _matcher(grammar: str, tokens: object, spaced: bool = False) -> LLMatcher:
    """The matcher of a text that has not begun; `spaced`: which may end in a space besides."""
    ll = library()
    text = ll.LLMatcher.grammar_from_lark(grammar + NO_FORCING)
    if spaced:
        parts = {"outer": 'start: @inner " "?', "inner": grammar}
        text = json.dumps(
            {"grammars": [{"name": n, "lark_grammar": g + NO_FORCING} for n, g in parts.items()]}
        )
    matcher: LLMatcher = ll.LLMatcher(tokens, text, log_level=0)
    return matcher
