"""What is trained on and what is held out.

By hash, a text's side depends on the text alone: adding others or changing their order moves nothing from
one side to the other, and two copies of a text lie on the same side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from playground.api import InvalidInput


@dataclass(frozen=True)
class Split:
    """Texts to train on, and held-out ones."""

    training: tuple[str, ...]
    held_out: tuple[str, ...]


def split(texts: Sequence[str], share: float, *, by_hash: bool) -> Split:
    """Hold out a `share` of the texts. Raises InvalidInput where a side would be empty."""
    parts = _by_hash(texts, share) if by_hash else _at_end(texts, share)
    for side, name in ((parts.training, "train"), (parts.held_out, "validate")):
        # A loss needs a character and one that follows it.
        if sum(map(len, side)) < 2:
            raise InvalidInput(
                f"a validation share of {share:.0%} of {len(texts):,} texts with "
                f"{sum(map(len, texts)):,} characters leaves too little to {name} on",
                "use more text, another validation_share, or another split",
            )
    return parts


def sides(texts: Sequence[str], share: float, *, by_hash: bool) -> list[bool]:
    """Which of the texts are held out, whole ones: by their hash, or the last ones."""
    if by_hash:
        return [_place(text) < share for text in texts]
    first = len(texts) - round(len(texts) * share)
    return [place >= first for place in range(len(texts))]


def _by_hash(texts: Sequence[str], share: float) -> Split:
    held = sides(texts, share, by_hash=True)
    return Split(
        tuple(text for text, out in zip(texts, held, strict=True) if not out),
        tuple(text for text, out in zip(texts, held, strict=True) if out),
    )


def _place(text: str) -> float:
    """A place in [0, 1) that is a function of the text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7], "big") / 256**7


def _at_end(texts: Sequence[str], share: float) -> Split:
    characters = sum(map(len, texts))
    left = characters - int(characters * share)  # to train on
    training: list[str] = []
    held_out: list[str] = []
    for text in texts:
        training += [text[:left]] if left > 0 else []
        held_out += [text[left:]] if left < len(text) else []
        left = max(0, left - len(text))
    return Split(tuple(training), tuple(held_out))
