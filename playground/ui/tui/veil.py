"""Stand-ins for the characters of a text that an editor would draw, drop or split at, one for one.

An editor counts in characters, so the glyphs of `safe_text`, which may be several, will not do: each unsafe
character is edited as one of Unicode's private ones and drawn as a glyph. Nothing is lost: `plain` gives back
exactly what `veiled` was given, whatever is edited around it.
"""

from __future__ import annotations

import re

from playground.session.safe_text import safe_text

FIRST, LAST = 0xF0000, 0x10FFFD
"""The private planes; characters of theirs that a text holds have stand-ins, too."""
_PRIVATE = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
UNKNOWN = "\ufffd"


class Veil:
    """The stand-ins of one editor."""

    def __init__(self) -> None:
        self._stand_ins: dict[str, str] = {}
        self._meant: dict[str, str] = {}

    def veiled(self, text: str) -> str:
        """`text` as it can be edited."""
        if safe_text(text) == text and not _PRIVATE.search(text):
            return text
        return "".join(map(self._stand_in, text))

    def plain(self, text: str) -> str:
        """An edited text as it is."""
        return _PRIVATE.sub(lambda found: self._meant.get(found.group(), found.group()), text)

    def drawn(self, text: str) -> str:
        """An edited text as it is drawn, character for character."""
        return _PRIVATE.sub(lambda found: self._glyph(found.group()), text)

    def _stand_in(self, letter: str) -> str:
        if safe_text(letter) == letter and not _PRIVATE.match(letter):
            return letter
        if letter not in self._stand_ins:
            stand_in = chr(FIRST + len(self._stand_ins))
            self._stand_ins[letter] = stand_in
            self._meant[stand_in] = letter
        return self._stand_ins[letter]

    def _glyph(self, stand_in: str) -> str:
        glyph = safe_text(self._meant.get(stand_in, UNKNOWN))
        return UNKNOWN if len(glyph) > 1 or _PRIVATE.match(glyph) else glyph
