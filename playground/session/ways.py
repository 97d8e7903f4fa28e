"""The ways in which a comparison goes on, as rows and as they are typed: `greedy model=gpt2 ; sample seed=7`.

What a row leaves open is what is chosen. It does not know which models, chains and templates there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from playground.api.errors import InvalidInput
from playground.session.actions.words import quoted, split

NEXT = ";"
"""Between two groups of words; of each group it is every combination."""
AGAINST = "against="
"""Before data that the texts are checked against, which is no way."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One row. None: as it is chosen."""

    model: str | None = None
    chain: str | None = None
    template: str | None = None
    """A template that is filled with the text, or `none`."""
    seed: int | None = None


def combined(
    *,
    models: Sequence[str] = (),
    chains: Sequence[str] = (),
    templates: Sequence[str] = (),
    seeds: Sequence[int] = (),
) -> list[Way]:
    """Every combination; what is empty is left open."""
    ways = [Way()]
    for name, values in (
        ("model", models), ("chain", chains), ("template", templates), ("seed", seeds),
    ):  # fmt: skip
        if values:
            ways = [replace(way, **{name: value}) for way in ways for value in values]
    return ways


def ways_of(text: str) -> list[Way]:
    """The ways that are typed. Raises InvalidInput."""
    return _ways(split(text))


def ways_and_data(text: str) -> tuple[list[Way], list[str]]:
    """The ways that are typed, and the data that they are to be checked against. Raises InvalidInput."""
    words = split(text)
    data = [word.removeprefix(AGAINST) for word in words if word.startswith(AGAINST)]
    return _ways(word for word in words if not word.startswith(AGAINST)), data


def _ways(words: Iterable[str]) -> list[Way]:
    groups: list[list[str]] = [[]]
    for word in words:
        if word == NEXT:
            groups.append([])
        else:
            groups[-1].append(word)
    return [way for group in groups for way in _of_group(group)]


def beside_chosen(ways: list[Way]) -> list[Way]:
    """Of one way alone, two: what it leaves open comes first as it is chosen."""
    if len(ways) != 1 or ways[0] == Way():
        return ways
    (way,) = ways
    return [replace(way, chain=None) if way.chain else Way(), way]


def typed(ways: Iterable[Way]) -> str:
    """The ways as `ways_of` reads them."""
    return f" {NEXT} ".join(" ".join(_words(way)) for way in ways)


def _of_group(words: Iterable[str]) -> list[Way]:
    models: list[str] = []
    chains: list[str] = []
    templates: list[str] = []
    seeds: list[int] = []
    for word in words:
        kind, _, value = word.partition("=")
        if kind == "model":
            models.append(value)
        elif kind == "template":
            templates.append(value)
        elif kind == "seed":
            seeds.append(_seed(value))
        else:
            chains.append(word)
    return combined(models=models, chains=chains, templates=templates, seeds=seeds)


def _seed(value: str) -> int:
    if not (value.isdecimal() and value.isascii()):
        raise InvalidInput(f"a seed is a whole number, not {value!r}", "seed=7")
    return int(value)


def _words(way: Way) -> list[str]:
    named = (("model", way.model), ("template", way.template), ("seed", way.seed))
    words = [] if way.chain is None else [quoted(way.chain)]
    return words + [quoted(f"{kind}={value}") for kind, value in named if value is not None]
