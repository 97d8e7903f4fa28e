"""What a text is cut into where it is compared with data: tokens in their places, and terms to look up."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\w+|[^\w\s]")
TERM = re.compile(r"\w+")


def tokens(text: str) -> list[tuple[int, int]]:
    """The places of words and single signs: first character, and the one after the last."""
    return [match.span() for match in TOKEN.finditer(text)]


def terms(text: str) -> list[str]:
    """The words of a text in lower case."""
    return TERM.findall(text.lower())
