"""A tokenizer's tokens as bytes, for a matcher that knows nothing of what stands before a token.

What a token adds may depend on the one before it. So tokens are written down once for each *class* of what
stands before, side by side in one vocabulary of several times the size; a place of the text uses the part
of its class. Most tokenizers have one class, those that strip a text's first space two.

GPT-1 puts a space before whatever follows a word's end. Put off like that, nobody would see that a word's
end forbids what must follow at once; so there the space is the word's own, and a text may end in one that
nobody will see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from playground.api import Tokenizer
from playground_constraints.library import library

if TYPE_CHECKING:
    from llguidance import LLTokenizer

SAMPLE = 8
"""Tokens after which all others are looked at, to find those whose bytes depend on what is before."""
PROBES = 4


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """tokens: the bytes of each token, by class. classes: the class after each token; 0 at the beginning.

    The space that a tokenizer puts between prompt and text does not count: a text begins as if alone.
    spacing: tokens that end in a space which is seen only where another follows. unspaced: those others
    before which it is not seen even so; they cannot follow.
    """

    tokens: tuple[tuple[bytes, ...], ...]
    classes: tuple[int, ...]
    ends: frozenset[int]
    spacing: frozenset[int] = frozenset()
    unspaced: frozenset[int] = frozenset()

    @property
    def size(self) -> int:
        return len(self.classes)

    def place(self, token: int, previous: int | None) -> int:
        """Where `token` stands among the matcher's tokens."""
        return self.offset(previous) + token

    def offset(self, previous: int | None) -> int:
        """Where the tokens after `previous` begin among the matcher's."""
        return 0 if previous is None else self.size * self.classes[previous]

    @cached_property
    def for_matching(self) -> LLTokenizer:
        flat = [token for tokens in self.tokens for token in tokens]
        return _matchers([*flat, b""])

    @cached_property
    def alphabet(self) -> frozenset[str] | None:
        """The characters, where every token is one; None where tokens are longer, or shorter."""
        try:
            texts = {token.decode() for tokens in self.tokens for token in tokens if token}
        except UnicodeDecodeError:
            return None
        return frozenset(texts) if all(len(text) == 1 for text in texts) else None


def vocabulary_of(tokenizer: Tokenizer) -> Vocabulary:
    """The vocabulary of a tokenizer, made once for each fingerprint."""
    return _vocabulary(
        _Key(tokenizer.fingerprint, tokenizer.vocabulary_size, tokenizer.eos_ids, tokenizer)
    )


@lru_cache(maxsize=1)
def bytes_for_matching() -> LLTokenizer:
    """A token for each byte, to ask a grammar what it wants."""
    return _matchers([bytes([byte]) for byte in range(256)] + [b""])


@dataclass(frozen=True)
class _Key:
    fingerprint: str
    size: int
    ends: frozenset[int]
    tokenizer: Tokenizer = field(compare=False)


@lru_cache(maxsize=4)
def _vocabulary(key: _Key) -> Vocabulary:
    size, tokenizer = key.size, key.tokenizer
    silent = {*key.ends, *tokenizer.start_ids}
    probes = _probes(tokenizer, silent)
    signatures = [_after(tokenizer, previous, probes) for previous in (None, *range(size))]
    first = {signature: place for place, signature in reversed(list(enumerate(signatures)))}
    order = {signature: n for n, signature in enumerate(sorted(first, key=lambda s: first[s]))}
    tokens = tuple(
        tuple(b"" if token in silent else tokenizer.piece(token, previous) for token in range(size))
        for previous in (place - 1 if place else None for place in sorted(first.values()))
    )
    classes = tuple(order[s] for s in signatures[1:])
    return _with_spaces(Vocabulary(tokens, classes, key.ends))


def _with_spaces(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with spaces where words end, if that is what its two classes mean."""
    if len(vocabulary.tokens) != 2:
        return vocabulary
    plain, after_words = vocabulary.tokens
    pairs = list(zip(plain, after_words, strict=True))
    unspaced = frozenset(token for token, (a, b) in enumerate(pairs) if a and a == b)
    if any(b not in (a, b" " + a) for a, b in pairs) or any(plain[t].strip() for t in unspaced):
        return vocabulary
    spacing = frozenset(token for token, place in enumerate(vocabulary.classes) if place)
    tokens = tuple(word + b" " * (token in spacing) for token, word in enumerate(plain))
    return Vocabulary((tokens,), (0,) * len(tokens), vocabulary.ends, spacing, unspaced)


def _probes(tokenizer: Tokenizer, silent: set[int]) -> list[int]:
    """Some tokens whose bytes tell the classes apart; none where all bytes are always the same."""
    size = tokenizer.vocabulary_size
    sample = [None, *range(0, size, max(1, size // SAMPLE))]
    speaking = [token for token in range(size) if token not in silent]
    plain = _after(tokenizer, None, speaking)
    probes: list[int] = []
    for previous in sample[1:]:
        other = _after(tokenizer, previous, speaking)
        differing = (t for t, a, b in zip(speaking, plain, other, strict=True) if a != b)
        probes += [token for token, _ in zip(differing, range(PROBES), strict=False)]
    return sorted(set(probes))


def _after(tokenizer: Tokenizer, previous: int | None, tokens: Sequence[int]) -> tuple[bytes, ...]:
    return tuple(tokenizer.piece(token, previous) for token in tokens)


def _matchers(tokens: list[bytes]) -> LLTokenizer:
    """The library's tokenizer; the last of `tokens` stands for whatever ends a text."""
    ll = library()
    made: LLTokenizer = ll.LLTokenizer(ll.TokenizerWrapper(_Wrapped(tokens)), n_vocab=len(tokens))
    return made


class _Wrapped:
    """What the library asks of a tokenizer. Grammars are made not to ask it to encode anything."""

    bos_token_id = None

    def __init__(self, tokens: list[bytes]) -> None:
        self.tokens = tokens
        self.eos_token_id = len(tokens) - 1
        self.special_token_ids = [self.eos_token_id]

    def __call__(self, text: bytes) -> list[int]:
        return []
