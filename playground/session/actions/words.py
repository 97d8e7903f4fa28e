"""Words of a command line: separated by spaces, or quoted where they hold some.

In double quotes a backslash begins \\n, \\t, \\\\ or \\"; in single quotes everything stands for itself.
"""

from __future__ import annotations

import re

from playground.api.errors import InvalidInput

ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"'}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BARE = re.compile(r"[^\s\"']+")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SINGLE = re.compile(r"'([^']*)'", re.DOTALL)
_PLAIN = re.compile(r"[^\s\"'\\]+")


def take_word(text: str) -> tuple[str, str]:
    """The first word of `text`, which begins with one, and what follows the space after it.

    Raises InvalidInput for a quote that is not closed and a backslash that means nothing.
    """
    word, place = [], 0
    while place < len(text) and not text[place].isspace():
        for pattern in (_BARE, _DOUBLE, _SINGLE):
            if found := pattern.match(text, place):
                part = found.group(found.lastindex or 0)
                word.append(_unescaped(part) if pattern is _DOUBLE else part)
                place = found.end()
                break
        else:
            raise InvalidInput(f"a {text[place]} is not closed: {text[place:]}", "close it")
    return "".join(word), text[place:].lstrip()


def split(text: str) -> list[str]:
    """All words of `text`. Raises as `take_word`."""
    words, rest = [], text.strip()
    while rest:
        word, rest = take_word(rest)
        words.append(word)
    return words


def quoted(word: str) -> str:
    """`word` so that `split` gives it back as one."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


def _unescaped(text: str) -> str:
    def meant(found: re.Match[str]) -> str:
        letter = found.group(1)
        if letter not in ESCAPES:
            known = ", ".join(f"\\{name}" for name in ESCAPES)
            raise InvalidInput(f"\\{letter} means nothing in double quotes", f"there is: {known}")
        return ESCAPES[letter]

    return _ESCAPE.sub(meant, text)
