"""Data as one buffer of bytes that a suffix array can be made of, and where in it each item stands.

Paragraphs of a document follow each other as they stand; between examples, and where something was held out,
is a byte 0, so that no match reaches across.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from playground.api import InvalidInput
from playground.api.memory import Against
from playground_train.data.reading import Corpus, read
from playground_train.data.splitting import split

PARAGRAPH = re.compile(r".+?(?:\n[^\S\n]*\n\s*|\Z)", re.DOTALL)


@dataclass(frozen=True)
class How:
    """How files are read here: as they are, with wrongly decoded characters mended."""

    format: str
    column: str
    repair: bool = True
    non_ascii: str = "keep"
    prefix: str = ""


class Item(msgspec.Struct, frozen=True, array_like=True):
    """An example or a paragraph: its place in the buffer, and in which file it is."""

    start: int
    end: int
    file: int
    number: int
    """Of the example in its file, or of the paragraph's first line; both from 1."""


@dataclass(frozen=True)
class Items:
    """The buffer and what stands in it; `held_out` stands nowhere in it."""

    buffer: bytes
    items: list[Item]
    files: list[str]
    examples: bool
    held_out: str
    notes: list[str]


def gather(against: Against) -> Items:
    """Read the data. Raises InvalidInput for what cannot be read, and where a side would be empty."""
    how = How(against.format, against.column)
    corpora = [read([path], how) for path in against.files]
    read(against.files, how)  # refuses what cannot be mixed
    pieces = [_pieces(corpus) for corpus in corpora]
    every = [text for texts in pieces for text, _ in texts]
    held: set[str] = set()
    if against.held_out is None:
        held = set(_held_out(every, against.share))
        held_out = "".join(dict.fromkeys(text for text in every if text in held))
    else:
        held_out = "\n".join(read([against.held_out], how).texts)
    buffer, items = _buffer(pieces, [corpus.examples for corpus in corpora], held)
    return Items(
        buffer=buffer,
        items=items,
        files=[path.name for path in against.files],
        examples=corpora[0].examples,
        held_out=held_out,
        notes=[note for corpus in corpora for note in corpus.notes],
    )


def _pieces(corpus: Corpus) -> list[tuple[str, int]]:
    """Examples with their numbers; or paragraphs, with the white space after them, and their lines."""
    if corpus.examples:
        return [(text + "\n", number) for number, text in enumerate(corpus.texts, 1)]
    found = []
    for text in corpus.texts:
        line = 1
        for match in PARAGRAPH.finditer(text):
            found.append((match.group(), line))
            line += match.group().count("\n")
    return found


def _buffer(
    pieces: Sequence[Sequence[tuple[str, int]]], examples: Sequence[bool], held: set[str]
) -> tuple[bytes, list[Item]]:
    parts: list[bytes] = []
    items: list[Item] = []
    place = 0
    for file, (texts, apart) in enumerate(zip(pieces, examples, strict=True)):
        for text, number in texts:
            content = b"" if text in held else text.encode("utf-8", "surrogatepass")
            if content:
                items.append(Item(place, place + len(content), file, number))
            content += b"\0" * (apart or not content)
            parts.append(content)
            place += len(content)
        parts.append(b"\0")
        place += 1
    return b"".join(parts), items


def _held_out(texts: list[str], share: float) -> tuple[str, ...]:
    """Raises InvalidInput where there are too few of them."""
    try:
        return split(texts, share, by_hash=True).held_out
    except InvalidInput as error:
        raise InvalidInput(
            f"{share:.0%} of this data cannot be held out: it has {len(texts):,} items or paragraphs",
            "name other text by a person to compare with: --held-out FILE",
        ) from error
