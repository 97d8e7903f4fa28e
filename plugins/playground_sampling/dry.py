"""DRY: a penalty for going on with what was said before, the more the longer it already matches."""

from __future__ import annotations

import math
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step
from playground_sampling.tokens import ids_containing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playground.api import Candidates


class Dry(Processor, frozen=True):
    """Don't repeat yourself: penalise a token by how long a repetition it would go on with.

    A match does not reach beyond a breaker, and breakers are never penalised. 0 changes nothing.
    """

    about: ClassVar[About] = About(
        group="Penalties",
        formula=(
            "s - multiplier base^(m - allowed), m >= allowed the longest end of the text that "
            "stood before this token"
        ),
        source="p-e-w 2024",
        elsewhere=(
            "text-generation-webui: a breaker is one token; llama.cpp and koboldcpp: a breaker is "
            "a text, also across tokens. Here: every token that has the breaker in it"
        ),
        neutral="dry(0)",
    )

    multiplier: Annotated[float, Meta(ge=0, le=100, description="0 none, 0.8 recommended")] = 0.8
    base: Annotated[float, Meta(ge=1, le=100, description="growth with every token matched")] = 1.75
    allowed: Annotated[int, Meta(ge=1, description="tokens that may match for nothing but 1")] = 2
    last: Annotated[int, Meta(ge=0, description="how many tokens back; 0 all")] = 0
    breakers: Annotated[
        tuple[int | str, ...],
        Meta(description="where matches end: ids, and texts for every token that has them in it"),
    ] = ("\n", ":", '"', "*")

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.multiplier == 0:
            return candidates
        ids = list(step.ids[-self.last :])
        matches = longest_matches(ids, self._breaker_ids(step))
        penalties = {
            token: self.multiplier * self._growth(length - self.allowed)
            for token, length in matches.items()
            if length >= self.allowed
        }
        places = candidates.find(list(penalties))
        if not len(places):
            return candidates
        scores = candidates.scores.copy()
        for place, token in zip(places.tolist(), candidates.ids[places].tolist(), strict=True):
            scores[place] -= penalties[token]
        return candidates.rescored(scores)

    def _growth(self, length: int) -> float:
        return math.exp(min(length * math.log(self.base), ENOUGH))

    def _breaker_ids(self, step: Step) -> set[int]:
        ids: set[int] = set()
        for breaker in self.breakers:
            ids |= {breaker} if isinstance(breaker, int) else ids_containing(breaker, step, "dry")
        return ids


ENOUGH = 60.0
"""Growth beyond e to this power forbids, and soon is infinite."""


def longest_matches(ids: list[int], breakers: set[int]) -> dict[int, int]:
    """How long the end of `ids` is that stood before a token somewhere, for every token that followed.

    Linear in the number of ids, however much they repeat.
    """
    backwards = ids[::-1]
    limit = sum(1 for _ in takewhile(lambda token: token not in breakers, backwards))
    longest: dict[int, int] = {}
    if not limit:
        return longest
    for place, length in enumerate(_common_beginnings(backwards)):
        token = backwards[place - 1]
        if place and length and token not in breakers:
            longest[token] = max(longest.get(token, 0), min(length, limit))
    return longest


def _common_beginnings(ids: list[int]) -> Iterable[int]:
    """For every place, how many ids from there equal the first ones: the Z-function (Gusfield 1997)."""
    lengths = [0] * len(ids)
    left = right = 0
    for place in range(1, len(ids)):
        length = min(lengths[place - left], right - place) if place < right else 0
        while place + length < len(ids) and ids[length] == ids[place + length]:
            length += 1
        lengths[place] = length
        if place + length > right:
            left, right = place, place + length
    return lengths
