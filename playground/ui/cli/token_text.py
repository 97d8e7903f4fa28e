"""How a single token is shown: as the text that it adds, in quotes so that its spaces are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.api import Tokenizer


def text_of(tokenizer: Tokenizer, token: int, previous: int | None) -> str:
    """The text that `token` adds after `previous`; bytes that are half of a character become U+FFFD."""
    return tokenizer.piece(token, previous).decode("utf-8", "replace")


def quoted(text: str) -> str:
    """`text` in double quotes, for a cell of a table."""
    return f'"{text}"'
