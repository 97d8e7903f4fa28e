"""The one door through which model text reaches a terminal: what could act on it is made visible.

A model can write any code point. Control characters and escape sequences move the cursor or
retitle the window, bidirectional controls reorder what is read, zero-width characters hide. Each
of them becomes a glyph; newline and tab stay. Stateless, so a text may come in any pieces. It does
not know what a terminal is: who writes to a pipe does not call it.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_BREAKS = r"\t\n"
# Formats (Unicode category Cf, without the Arabic and Kaithi signs of it that are drawn), line and
# paragraph separators, surrogates, and the other default-ignorable code points: fillers, variation
# selectors, tags and what is reserved for more of them.
_FORMATS = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[{_CONTROLS}{_FORMATS}]")
_UNSAFE_OR_BREAK = re.compile(f"[{_CONTROLS}{_BREAKS}{_FORMATS}]")


def safe_text(text: str) -> str:
    """`text` with all that could act on a terminal made visible; newline and tab stay."""
    return _UNSAFE.sub(_glyph, text)


def one_line(text: str) -> str:
    """As `safe_text`, newline and tab made visible too: for cells of a table, lists of tokens."""
    return _UNSAFE_OR_BREAK.sub(_glyph, text)


def _glyph(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
