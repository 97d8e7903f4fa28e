"""What is asked for besides the chain: how much, how often, from which seed, until what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.options import Meta
from playground.api.outputs import Note, Output
from playground.session.actions.words import quoted, split
from playground.session.choices import NONE, written

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

RANDOM = "random"


def seed(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["seed"] is not None:
        bench.choose(seed=None if given["seed"] == RANDOM else _whole(given["seed"]))
    chosen = bench.choices.seed
    last = f"; the last one was {bench.last.started.seed}" if bench.last else ""
    yield Note(f"seed: {RANDOM + last if chosen is None else chosen}", "notice")


def _whole(word: str) -> int:
    if not (word.isdecimal() and word.isascii()):
        raise InvalidInput(f"a seed is a whole number or {RANDOM}, not {word!r}")
    return int(word)


def stop(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["texts"]:
        words = split(given["texts"])
        bench.choose(stop=() if words == [NONE] else tuple(words))
    shown = " ".join(map(quoted, bench.choices.stop)) or NONE
    yield Note(f"stop: {shown}", "notice")


def _number(name: str, field: str, kind: Any, suggestions: tuple[str, ...], what: str) -> Action:
    def run(bench: Workbench, given: Arguments) -> Iterator[Output]:
        if given["value"] is not None:
            bench.choose(**{field: given["value"]})
        value = bench.max_tokens if field == "max_tokens" else written(bench.choices, field)
        yield Note(f"{field}: {value}", "notice")

    return Action(
        name=name,
        group="request",
        summary=f"Set {what}, or tell it.",
        arguments=(
            Argument(name="value", type=kind, suggestions=suggestions, optional=True, help=what),
        ),
        run=run,
    )


ACTIONS = (
    Action(
        name="seed",
        group="request",
        summary="Fix the seed, or draw one for every request.",
        arguments=(
            Argument(
                name="seed",
                suggestions=(RANDOM, "0", "1", "7"),
                optional=True,
                help=f"A whole number, or {RANDOM}.",
            ),
        ),
        run=seed,
    ),
    _number(
        "max",
        "max_tokens",
        Annotated[int, Meta(ge=0)],
        ("20", "50", "100", "200"),
        "how many tokens are added at most",
    ),
    _number(
        "n",
        "n",
        Annotated[int, Meta(ge=1, le=256)],
        ("1", "2", "4", "8"),
        "how many continuations there are",
    ),
    Action(
        name="stop",
        group="request",
        summary='End before one of these texts; /stop "\\n" ends with the line.',
        arguments=(
            Argument(
                name="texts",
                rest=True,
                optional=True,
                suggestions=(NONE, '"\\n"', '"\\n\\n"'),
                help=f"Texts in quotes, or {NONE}.",
            ),
        ),
        run=stop,
    ),
)
