"""Token ids to text as they come: whole characters only, at a cost that does not grow with the text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from playground.api.model import Tokenizer

_decoder = codecs.getincrementaldecoder("utf-8")


class Detokenizer:
    """The text of one growing sequence whose last token before it is `previous`."""

    def __init__(self, tokenizer: Tokenizer, previous: int | None) -> None:
        self._tokenizer = tokenizer
        self._previous = previous
        self._decoder = _decoder("replace")

    def add(self, token: int, known: bytes = b"") -> tuple[str, bytes]:
        """The characters that `token` completes (perhaps none), and its own bytes.

        `known`: their beginning, where the text has it already.
        """
        data = self._tokenizer.piece(token, self._previous)
        self._previous = token
        return self._decoder.decode(data[len(known) :]), data

    def finish(self) -> str:
        """What is left at the end: a replacement character where half a character was said."""
        return self._decoder.decode(b"", final=True)

    def preview(self, tokens: Sequence[int], known: bytes = b"") -> str:
        """The text that `tokens` would add, without adding them; `known` as for the first in `add`."""
        ahead = _decoder("replace")
        ahead.setstate(self._decoder.getstate())
        return ahead.decode(pieces(self._tokenizer, tokens, self._previous)[len(known) :])


def pieces(tokenizer: Tokenizer, tokens: Sequence[int], previous: int | None) -> bytes:
    """The bytes that `tokens` add to a text whose last token is `previous`."""
    return b"".join(map(tokenizer.piece, tokens, [previous, *tokens]))


def piece_text(tokenizer: Tokenizer, token: int, previous: int | None, known: bytes = b"") -> str:
    """What one token would read as alone; half a character is a replacement character.

    `known`: bytes that the text has already, where the token begins with them.
    """
    return tokenizer.piece(token, previous).removeprefix(known).decode("utf-8", "replace")


def pieces_text(tokenizer: Tokenizer, ids: Sequence[int]) -> list[str]:
    """What each of `ids` adds to a text, read alone."""
    return [piece_text(tokenizer, token, at) for at, token in zip([None, *ids], ids, strict=False)]
