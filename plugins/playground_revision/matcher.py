"""Where one of many phrases stands in a text, and where one may have begun. Knows no tokens."""

from __future__ import annotations

from collections.abc import Sequence


class Matcher:
    """The phrases, folded if case is to be ignored."""

    def __init__(self, phrases: Sequence[str], *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._phrases = tuple(dict.fromkeys(map(self.folded, phrases)))
        self.longest = max(map(len, self._phrases), default=0)
        """Characters of the longest phrase."""
        self._beginnings = {
            phrase[:end] for phrase in self._phrases for end in range(1, len(phrase))
        }

    def folded(self, text: str) -> str:
        """The text as it is compared; as many characters as it has."""
        if not self._ignore_case:
            return text
        return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)

    def end_of(self, text: str) -> str:
        """As much of a text's end as a phrase is long."""
        return text[max(0, len(text) - self.longest) :]

    def found(self, text: str, known: int) -> int | None:
        """Where the first phrase begins in a folded text that ends beyond its first `known` characters."""
        places = [text.find(p, max(0, known - len(p) + 1)) for p in self._phrases]
        return min((place for place in places if place >= 0), default=None)

    def begun(self, text: str) -> int:
        """Where the longest end of a folded text begins that begins a phrase; its length where none does."""
        for length in range(min(self.longest - 1, len(text)), 0, -1):
            if text[-length:] in self._beginnings:
                return len(text) - length
        return len(text)
