"""The chain: shown, written whole, and changed stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.options import Meta, options_of, summary_of
from playground.api.outputs import Note, Output, Table
from playground.chain_syntax import Stage, format_chain
from playground.chain_syntax import parse as parse_chain
from playground.session.chain_flags import with_flags

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

EDITS = {
    "append": "append STAGE: before the strategy",
    "insert": "insert N STAGE: as the N-th stage",
    "remove": "remove N|NAME",
    "move": "move N M: the N-th stage becomes the M-th",
    "set": "set N STAGE, or set NAME.OPTION=VALUE",
    "reset": "reset: back to the template's chain or the configured one",
}


def strategy(bench: Workbench, given: Arguments) -> Iterator[Output]:
    text = (given["chain"] or "").strip()
    if text:
        verb, _, rest = text.partition(" ")
        if verb == "reset" and not rest:
            bench.choose(chain=None)
        elif verb in EDITS:
            bench.choose(
                chain=edited(
                    bench.chain, verb, rest.strip(), lambda stage: option_names(bench, stage)
                )
            )
        else:
            bench.choose(chain=text)
    yield Note(bench.chain, "text")
    yield stages_table(bench)


def stages_table(bench: Workbench) -> Table:
    rows = []
    for number, stage in enumerate(parse_chain(bench.chain), 1):
        plugins = bench.plugins
        registry = plugins.processors if stage.name in plugins.processors else plugins.strategies
        rows.append((number, str(stage), registry.kind, summary_of(registry[stage.name])))
    return Table(("n", "stage", "kind", "what it does"), tuple(rows), right=("n",))


def option_names(bench: Workbench, stage: str) -> list[str]:
    """The names of a stage's options, in their order; none for a stage that there is not."""
    for registry in (bench.plugins.processors, bench.plugins.strategies):
        if stage in registry:
            return [option.name for option in options_of(registry[stage])]
    return []


OptionNames = Callable[[str], Sequence[str]]


def edited(chain: str, verb: str, rest: str, names: OptionNames = lambda stage: ()) -> str:
    """The chain with one change; `names` gives the options of a stage in their order.

    Raises InvalidInput for a change that cannot be made.
    """
    stages = parse_chain(chain)
    if verb == "set":
        _set(stages, rest, names)
    else:
        edits = {"append": _append, "insert": _insert, "remove": _remove, "move": _move}
        edits[verb](stages, rest)
    return format_chain(stages)


def _append(stages: list[Stage], rest: str) -> None:
    stages[-1:-1] = parse_chain(rest)


def _insert(stages: list[Stage], rest: str) -> None:
    number, stage = _number_and(rest, "insert")
    stages[_place(number, len(stages) + 1) : _place(number, len(stages) + 1)] = parse_chain(stage)


def _remove(stages: list[Stage], rest: str) -> None:
    del stages[_found(stages, rest)]
    if not stages:
        raise InvalidInput("a chain needs a stage", "/strategy greedy")


def _move(stages: list[Stage], rest: str) -> None:
    number, target = _number_and(rest, "move")
    stage = stages.pop(_found(stages, number))
    stages.insert(_place(target, len(stages) + 1), stage)


def set_stages(bench: Workbench, values: Mapping[str, Any]) -> None:
    """Set the first option of these stages, wherever they stand in the chain; see `with_flags`."""
    plugins = bench.plugins
    chain = with_flags(
        bench.chain, values, processors=plugins.processors, strategies=plugins.strategies
    )
    bench.choose(chain=chain)


def _set(stages: list[Stage], rest: str, names: OptionNames) -> None:
    name, equals, value = rest.partition("=")
    stage, dot, option = name.strip().partition(".")
    if dot and equals and stage.isidentifier():
        place = _found(stages, stage)
        (new,) = parse_chain(f"{stage}({option}={value})")
        old = stages[place]
        # The option may have been written by its place; then all of them are written by name.
        by_place = dict(zip(names(stage), old.arguments, strict=False))
        moved = option in by_place
        options = {**(by_place if moved else {}), **old.options, **new.options}
        stages[place] = Stage(old.name, () if moved else old.arguments, options)
        return
    number, written = _number_and(rest, "set")
    place = _found(stages, number)
    stages[place : place + 1] = parse_chain(written)


def _number_and(rest: str, verb: str) -> tuple[str, str]:
    number, _, other = rest.partition(" ")
    if not other.strip():
        raise InvalidInput(f"/strategy {verb} needs more", f"/strategy {EDITS[verb]}")
    return number, other.strip()


def _found(stages: list[Stage], reference: str) -> int:
    if reference.isdecimal():
        return _place(reference, len(stages))
    places = [place for place, stage in enumerate(stages) if stage.name == reference]
    if len(places) != 1:
        several = (
            f"has {reference} {len(places)} times" if places else f"has no stage {reference!r}"
        )
        raise InvalidInput(f"the chain {several}", "say its number")
    return places[0]


def _place(number: str, count: int) -> int:
    if not (number.isdecimal() and 1 <= int(number) <= count):
        raise InvalidInput(f"there is no stage {number!r}", f"they are numbered from 1 to {count}")
    return int(number) - 1


def _flag(stage: str, kind: Any, suggestions: tuple[str, ...], what: str) -> Action:
    """An action that sets the first option of one stage, wherever the chain has it."""

    def run(bench: Workbench, given: Arguments) -> Iterator[Output]:
        if given["value"] is not None:
            set_stages(bench, {stage: given["value"]})
        yield Note(bench.chain, "text")

    return Action(
        name={"temperature": "temp"}.get(stage, stage.replace("_", "-")),
        group="chain",
        summary=f"Set the stage {stage} of the chain: {what}.",
        arguments=(
            Argument(name="value", type=kind, suggestions=suggestions, optional=True, help=what),
        ),
        run=run,
    )


ACTIONS = (
    Action(
        name="strategy",
        group="chain",
        summary="Show the chain, write it whole, or change a stage of it.",
        arguments=(
            Argument(
                name="chain",
                completer="chain",
                optional=True,
                rest=True,
                help="A chain, or: " + "; ".join(EDITS.values()) + ".",
            ),
        ),
        run=strategy,
    ),
    _flag(
        "temperature",
        Annotated[float, Meta(ge=0)],
        ("0", "0.7", "0.8", "1", "1.2"),
        "higher is more surprising, 0 is greedy",
    ),
    _flag("top_k", Annotated[int, Meta(ge=0)], ("5", "20", "50"), "the K likeliest tokens"),
    _flag(
        "top_p",
        Annotated[float, Meta(ge=0, le=1)],
        ("0.5", "0.9", "0.95"),
        "the likeliest tokens that together have this probability",
    ),
)
