"""A text under several tokenizers: where each of them cuts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.api import Inspected, InvalidInput, Note, Output, Panel, Table, TextToken

Stretch = tuple[list[TextToken], ...]
"""The tokens of each tokenizer that spell the same part of the text."""


class Tokens(Panel):
    """How many tokens the text is for each model, and a row for each part that all cut at its end."""

    def show(self, inspected: Inspected) -> Iterator[Output]:
        if not inspected.text:
            raise InvalidInput("the empty text has no tokens", "write a text, or type one here")
        cuts = [inspected.tokens(model) for model in inspected.models]
        length = len(inspected.text)
        counts = tuple(
            (model, len(cut), f"{length / max(1, len(cut)):.2f}")
            for model, cut in zip(inspected.models, cuts, strict=True)
        )
        yield Table(
            ("model", "tokens", "characters a token"),
            counts,
            right=("tokens", "characters a token"),
        )
        rows = []
        for stretch in stretches(cuts):
            differs = (
                "≠" if len({tuple(t.text for t in tokens) for tokens in stretch}) > 1 else None
            )
            rows.append((differs, *(_shown(tokens) for tokens in stretch)))
        yield Table(("", *inspected.models), tuple(rows))
        if len(cuts) > 1:
            count = sum(row[0] is not None for row in rows)
            yield Note(f"they cut {count} of {len(rows)} parts differently", "notice")


def stretches(cuts: Sequence[Sequence[TextToken]]) -> Iterator[Stretch]:
    """The shortest parts at whose ends all have cut; spaces and case aside, for some tokenizers move those.

    What never lines up is one last part.
    """
    ends = [_ends(cut) for cut in cuts]
    borders = set.intersection(*map(set, ends)) | {max((e[-1] for e in ends if e), default=0)}
    starts = [0] * len(cuts)
    for border in sorted(borders):
        part = []
        for place, cut in enumerate(cuts):
            start = stop = starts[place]
            while stop < len(cut) and ends[place][stop] <= border:
                stop += 1
            part.append(list(cut[start:stop]))
            starts[place] = stop
        if any(part):
            yield tuple(part)


def _ends(cut: Sequence[TextToken]) -> list[int]:
    """How many characters that are no space have been spelt after each token."""
    ends, total = [], 0
    for token in cut:
        total += sum(map(len, token.text.lower().split()))
        ends.append(total)
    return ends


def _shown(tokens: Sequence[TextToken]) -> str:
    return "  ".join(f'"{token.text}" {token.id}' for token in tokens)
