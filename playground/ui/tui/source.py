"""The source of a file, to be read: lines with numbers, words in the kinds that a reader tells apart.

Textual's highlighter finds the kinds; what they look like is the pager's. Text is made safe first, so that
what is drawn has the lines that the file has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playground.session.safe_text import safe_text

KINDS = {
    ("Comment",): "comment",
    ("Literal", "String"): "string",
    ("Literal", "Number"): "number",
    ("Keyword",): "keyword",
    ("Operator", "Word"): "keyword",
    ("Name", "Class"): "name",
    ("Name", "Decorator"): "name",
    ("Name", "Function"): "name",
}
"""What the highlighter finds, by the path of its types, and its kind here."""
TAB = 4
LONGEST = 100_000
"""Characters up to which kinds are looked for: it takes a second for a million."""
Line = tuple[tuple[str, str], ...]
"""Stretches of a line, and the kind of each."""


@dataclass(frozen=True)
class Source:
    """Lines of a file; `marked` is the one, from 1, that is at fault."""

    lines: tuple[Line, ...]
    marked: int | None = None

    def stretches(self) -> Iterator[tuple[str, str]]:
        """What is drawn and its kind: the number of a line, then its words, line for line."""
        width = len(str(len(self.lines)))
        for number, line in enumerate(self.lines, 1):
            fault = number == self.marked
            yield f"{'▲' if fault else ' '}{number:{width}} ", "error" if fault else "dim"
            yield from line
            yield "\n", ""


def source_of(text: str, language: str, marked: int | None = None) -> Source:
    """A text in a language that the highlighter knows, such as `python` or `toml`."""
    text = safe_text(text).expandtabs(TAB).removesuffix("\n")
    parts = _parts(text, language) if len(text) <= LONGEST else [(text, "")]
    lines: list[list[tuple[str, str]]] = [[]]
    for part, kind in parts:
        first, *rest = part.split("\n")
        lines[-1].append((first, kind))
        lines += [[(each, kind)] for each in rest]
    return Source(tuple(tuple((t, kind) for t, kind in line if t) for line in lines), marked)


def _parts(text: str, language: str) -> Iterator[tuple[str, str]]:
    """All of the text, cut where a kind begins or ends."""
    from textual.highlight import HighlightTheme, highlight

    class Kinds(HighlightTheme):
        STYLES = KINDS

    at = 0
    known = set(KINDS.values())
    for span in sorted(highlight(text, language=language, theme=Kinds).spans):
        if span.style in known and span.start >= at:
            yield text[at : span.start], ""
            yield text[span.start : span.end], str(span.style)
            at = min(span.end, len(text))
    yield text[at:], ""
