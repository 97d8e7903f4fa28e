"""Tokenizers small enough to think about: one token a byte, or one a character of a short alphabet."""

from __future__ import annotations

import hashlib

from playground.api import InvalidInput

END = "<end>"


class ByteTokenizer:
    """Every text, a token a byte; token 256 begins and ends a text and adds nothing to it."""

    vocabulary_size = 257
    bos_id: int | None = 256
    eos_ids = frozenset({256})
    start_ids: tuple[int, ...] = ()
    fingerprint = "bytes"

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def piece(self, token: int, previous: int | None) -> bytes:
        return b"" if token == self.bos_id else bytes([token])

    def label(self, token: int) -> str:
        return END if token == self.bos_id else ascii(chr(token))[1:-1]


class CharTokenizer:
    """A token for each of `characters`, in order, and one more that begins and ends a text."""

    start_ids: tuple[int, ...] = ()

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self.vocabulary_size = len(characters) + 1
        self.bos_id: int | None = len(characters)
        self.eos_ids = frozenset({len(characters)})
        self.fingerprint = hashlib.sha256(characters.encode()).hexdigest()
        self._ids = {character: token for token, character in enumerate(characters)}

    def encode(self, text: str) -> list[int]:
        for character in text:
            if character not in self._ids:
                raise InvalidInput(f"{character!r} is not one of {self.characters!r}")
        return [self._ids[character] for character in text]

    def piece(self, token: int, previous: int | None) -> bytes:
        return b"" if token == self.bos_id else self.characters[token].encode()

    def label(self, token: int) -> str:
        return END if token == self.bos_id else self.characters[token]
