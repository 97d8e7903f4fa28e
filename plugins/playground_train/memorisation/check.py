"""What of a text stands in an index: every figure from how far each of its places can be followed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from playground.api import InvalidInput
from playground.api.memory import Against, MemoryFigures, MemoryReport, Tell
from playground_train.memorisation.index import MOST_CHARACTERS, Index, open_index
from playground_train.memorisation.suffixes import Reach
from playground_train.memorisation.words import tokens

GRAM = 8
"""Tokens of a run whose share is told."""
CUE = 3
"""Words that a text begins with, where it is not said what it was to go on from."""
SHORTEST_SPAN = 20
"""Characters from which on what stands in the data is marked: less is in common by chance."""


def check(
    texts: Sequence[str], cues: Sequence[str], against: Against, cache: Path, tell: Tell
) -> list[MemoryReport]:
    """As `playground.api.memory.Check`."""
    for text in texts:
        if not text.strip():
            raise InvalidInput("there is no text to check", "give a text, or generate one")
        if len(text) > MOST_CHARACTERS:
            raise InvalidInput(f"a text of {len(text):,} characters is too long to check")
    index = open_index(against, cache, tell)
    return [_report(index, text, cue, against) for text, cue in zip(texts, cues, strict=True)]


def _report(index: Index, text: str, cue: str, against: Against) -> MemoryReport:
    human, human_reach = index.held_out(len(text))
    notes = list(index.meta.notes)
    if len(human) < len(text):
        notes.append(f"only {len(human):,} characters are held out: its figures are of less text")
    source = against.held_out.name if against.held_out else f"{against.share:.0%} of the data"
    return MemoryReport(
        text=figures(index, text, index.reach(text), cue),
        held_out=figures(index, human, human_reach, ""),
        held_out_source=source,
        items=index.meta.items,
        data_sha256=index.meta.sha256,
        notes=tuple(notes),
    )


def figures(index: Index, text: str, found: Reach, cue: str) -> MemoryFigures:
    """Of one text, by how far it can be followed; `cue` "": its first words."""
    reach, places = found.ends, found.places
    longest = max(range(len(text)), key=lambda at: reach[at] - at)
    size = reach[longest] - longest
    item = index.item_at(places[longest])
    runs = list(_runs(text, reach))
    near = index.nearest(text)
    words = (cue or _cue(text)).strip()
    grams = len(runs) - GRAM + 1
    return MemoryFigures(
        characters=len(text),
        longest=size,
        longest_text=text[longest : longest + size],
        source=index.source(item, places[longest]) if size else "",
        line=_line(index, places[longest]) if size else "",
        token_run=max(runs, default=0),
        ngram_share=sum(run >= GRAM for run in runs) / grams if grams > 0 else None,
        same_cue=index.items_beginning_with(words.encode("utf-8", "surrogatepass")),
        nearest=index.text_of(near[0]) if near else "",
        nearest_source=index.source(near[0], near[0].start) if near else "",
        nearest_score=near[1] if near else 0.0,
        spans=tuple(_spans(reach)),
    )


def _runs(text: str, reach: Sequence[int]) -> Iterator[int]:
    """For each token, how many in a row from it on stand in the data."""
    spans = tokens(text)
    last = 0
    for number, (start, _) in enumerate(spans):
        last = max(last, number)
        while last < len(spans) and spans[last][1] <= reach[start]:
            last += 1
        yield last - number


def _spans(reach: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches that are covered by matches long enough, joined where they touch."""
    begun, end = 0, 0
    for start, stop in enumerate(reach):
        if stop - start < SHORTEST_SPAN:
            continue
        if start > end:
            if end > begun:
                yield begun, end
            begun = start
        elif end == begun:
            begun = start
        end = max(end, stop)
    if end > begun:
        yield begun, end


def _line(index: Index, place: int) -> str:
    buffer = index.buffer
    item = index.item_at(place)
    start = max(buffer.rfind(b"\n", item.start, place) + 1, item.start)
    end = buffer.find(b"\n", place, item.end)
    return buffer[start : end if end >= 0 else item.end].decode("utf-8", "replace")


def _cue(text: str) -> str:
    words = tokens(text)[:CUE]
    return text[words[0][0] : words[-1][1]] if words else ""
