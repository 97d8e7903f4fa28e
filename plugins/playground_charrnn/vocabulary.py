"""The character vocabulary: which characters there are, and which id each has.

Ids are the positions in `characters`. What lies outside is refused by name or dropped and said; it is never
mapped to something else.
"""

from __future__ import annotations

import hashlib
import string
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from playground.api import InvalidInput


@dataclass(frozen=True)
class Encoded:
    """The ids of a text, and the characters that were dropped from it, in order."""

    ids: list[int]
    dropped: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Distinct characters; a character's id is its position."""

    characters: str

    def __post_init__(self) -> None:
        if not self.characters:
            raise InvalidInput("a vocabulary needs at least one character")
        if len(set(self.characters)) != len(self.characters):
            twice = next(c for c in self.characters if self.characters.count(c) > 1)
            raise InvalidInput(f"the vocabulary holds {describe(twice)} twice")

    @classmethod
    def printable(cls) -> Vocabulary:
        """The 100 characters of `string.printable`: any prompt in ASCII."""
        return cls(string.printable)

    @classmethod
    def learned(cls, text: str) -> Vocabulary:
        """The characters that occur in `text`, by code point."""
        return cls("".join(sorted(set(text))))

    def __len__(self) -> int:
        return len(self.characters)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Character to id."""
        return {character: index for index, character in enumerate(self.characters)}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the characters in order."""
        return hashlib.sha256(self.characters.encode("utf-8", "surrogatepass")).hexdigest()

    def encode(self, text: str, *, drop_unknown: bool = False) -> Encoded:
        """The ids of `text`.

        Raises InvalidInput naming the first character outside, unless such characters are to be dropped.
        """
        ids = [self.ids.get(character, -1) for character in text]
        if -1 not in ids:
            return Encoded(ids)
        if not drop_unknown:
            raise self._unknown(text, ids.index(-1))
        dropped = "".join(c for c, known in zip(text, ids, strict=True) if known < 0)
        return Encoded([known for known in ids if known >= 0], dropped)

    def decode(self, ids: list[int]) -> str:
        """The text of `ids`."""
        return "".join(self.characters[index] for index in ids)

    def _unknown(self, text: str, position: int) -> InvalidInput:
        others = len({c for c in text if c not in self.ids}) - 1
        plural = "s" if others > 1 else ""
        more = f" (and {others} more such character{plural})" if others else ""
        return InvalidInput(
            f"{describe(text[position])} at position {position} is not among the "
            f"{len(self)} characters of this model{more}",
            "write it with other characters, or have such characters dropped: "
            "-m 'MODEL(unknown=drop)', in training --unknown drop",
        )


def describe(character: str) -> str:
    """A character as an error names it: `'é' (U+00E9 LATIN SMALL LETTER E WITH ACUTE)`."""
    name = unicodedata.name(character, "")
    point = f"U+{ord(character):04X}"
    return f"{character!r} ({f'{point} {name}'.strip()})"
