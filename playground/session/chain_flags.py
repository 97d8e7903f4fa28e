"""Single settings laid over a chain: `--temperature 0.7` is that stage of it, whatever chain was chosen.

It knows chains as text, and of stages only what their first option is called.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from msgspec import Struct

from playground.api.errors import InvalidInput
from playground.api.options import options_of
from playground.chain_syntax import Stage, format_chain, parse


def with_flags(
    chain: str,
    flags: Mapping[str, Any],
    *,
    processors: Mapping[str, type[Struct]],
    strategies: Container[str],
) -> str:
    """`chain` with the first option of each processor in `flags` set to its value; None leaves it.

    A stage that the chain has keeps its place and its other options; one that it has not is put
    before the strategy, in the order of `flags`. Raises InvalidInput for a malformed chain, and for
    one that has the stage more than once.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    if not given:
        return chain
    stages = parse(chain)
    for name, value in given.items():
        places = [place for place, stage in enumerate(stages) if stage.name == name]
        if len(places) > 1:
            raise InvalidInput(
                f"the chain has {name} {len(places)} times, so one value cannot set it",
                f"write the values in the chain: {format_chain(stages)}",
            )
        if places:
            option = options_of(processors[name])[0].name
            stages[places[0]] = _with_first_option(stages[places[0]], option, value)
        else:
            before_strategy = len(stages) - (stages[-1].name in strategies)
            stages.insert(before_strategy, Stage(name, (value,)))
    return format_chain(stages)


def _with_first_option(stage: Stage, option: str, value: Any) -> Stage:
    """The option may have been written by position or by its name."""
    named = {key: old for key, old in stage.options.items() if key != option}
    return Stage(stage.name, (value, *stage.arguments[1:]), named, stage.place)
