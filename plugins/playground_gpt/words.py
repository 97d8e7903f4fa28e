"""A text as the words that OpenAI's own GPT-1 code saw: standardised, split and lower-cased.

That code repaired the text with ftfy, standardised punctuation and white space, and split it with spaCy's
English rules (https://github.com/openai/finetune-transformer-lm, text_utils.py). The standardisation is
here as it stands there; of ftfy what touches ordinary text (quotes, ligatures, widths, line breaks), of
spaCy the splitting of contractions and punctuation, with abbreviations kept whole. One thing differs on
purpose: line breaks at the ends of a text are kept, because a prompt's last line break has a meaning.
"""

from __future__ import annotations

import re
import unicodedata

REPAIRS = str.maketrans(
    {
        **dict.fromkeys("“”„‟", '"'),
        **dict.fromkeys("‘’‚‛ʼ", "'"),
        **dict.fromkeys("—–―", "-"),
        "…": "...",
        "´": "'",
        "\u2028": "\n",
        "\u2029": "\n",
        "\x85": "\n",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
    }
)
SET_APART = re.compile(r'(-+|~+|!+|"+|;+|\?+|\++|,+|\)+|\(+|/+|\*+|\[+|\]+|}+|{+|\|+|_+)')
LINE_BREAK = re.compile(r"\s*\n\s*")
FULL_WIDTH = re.compile(r"[\uff01-\uff5e]")

TITLES = "adm dr gen gov jr messrs mr mrs ms ph.d prof rep rev sen sr st"
PLACES_AND_FIRMS = "bros co corp d.c inc ltd mt u.s"
TIMES = "a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec"
LATIN = "e.g i.e no vs v.s"
ABBREVIATIONS = frozenset(
    f"{word}." for words in (TITLES, PLACES_AND_FIRMS, TIMES, LATIN) for word in words.split()
)
INITIAL = re.compile(r"[a-z]\.")
OPENING = re.compile(r"\.\.+|['`#$£€¥&:<=%@§.]")
CLOSING = re.compile(r"(?:\.\.+|n't|'(?:s|m|d|re|ve|ll)|['`:%$£€¥°&#>=@.])$")
JOINED = {
    "cannot": ("can", "not"),
    "gonna": ("gon", "na"),
    "gotta": ("got", "ta"),
    "lemme": ("lem", "me"),
    "gimme": ("gim", "me"),
}


def words(text: str) -> list[str]:
    """The words of `text` in order; a line break, with the space around it, is the word `\\n`."""
    found: list[str] = []
    for place, line in enumerate(LINE_BREAK.split(_standardised(text))):
        if place:
            found.append("\n")
        for chunk in line.split():
            found.extend(_split(chunk))
    return found


def _standardised(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(REPAIRS)
    text = FULL_WIDTH.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return SET_APART.sub(r" \1 ", unicodedata.normalize("NFC", text)).lower()


def _split(chunk: str) -> list[str]:
    """One chunk without white space, as its words: what is taken off in front, the middle, what is behind."""
    front: list[str] = []
    behind: list[str] = []
    while chunk and not _whole(chunk):
        if opening := OPENING.match(chunk):
            front.append(opening[0])
            chunk = chunk[opening.end() :]
        elif (closing := CLOSING.search(chunk)) and closing.start():
            behind.append(closing[0])
            chunk = chunk[: closing.start()]
        else:
            break
    return [*front, *JOINED.get(chunk, (chunk,) if chunk else ()), *reversed(behind)]


def _whole(chunk: str) -> bool:
    return (
        chunk in ABBREVIATIONS
        or INITIAL.fullmatch(chunk) is not None
        or chunk in {"'s", "'m", "'d", "'re", "'ve", "'ll"}
    )
