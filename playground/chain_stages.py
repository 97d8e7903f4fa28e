"""From the text of a chain to its stages, checked: names, options and order. Computes nothing.

Light, so that a front end can say what is wrong with a chain while it is typed, far from any model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground import chain_syntax
from playground.api.decoding import Processor, Strategy
from playground.api.errors import InvalidInput
from playground.api.options import ModelName, build, options_of
from playground.plugins import Plugins
from playground.registry import did_you_mean

DEFAULT_STRATEGY = "sample"


@dataclass(frozen=True)
class Stages:
    """Named processors in order, and a strategy."""

    processors: tuple[tuple[str, Processor], ...]
    strategy: Strategy
    strategy_name: str
    text: str
    """The chain as it can be written again."""
    owners: Mapping[str, str]
    """The plugin of each stage, by the stage's name."""


def build_stages(text: str, plugins: Plugins) -> Stages:
    """The stages that `text` writes. Raises InvalidInput with the place of what is wrong."""
    stages = chain_syntax.parse(text)
    named = [(stage, _find(stage, plugins)) for stage in stages]
    strategies = [stage for stage, cls in named if issubclass(cls, Strategy)]
    if not strategies:
        stage = chain_syntax.Stage(DEFAULT_STRATEGY)
        stages = [*stages, stage]
        named.append((stage, plugins.strategies[DEFAULT_STRATEGY]))
    elif len(strategies) > 1 or named[-1][0] is not strategies[0]:
        wrong = strategies[0] if len(strategies) == 1 else strategies[1]
        raise InvalidInput(
            f"a chain has one strategy, at its end: {wrong.name!r} at column {wrong.place + 1}",
            "processors come first: temperature(0.8) | top_p(0.95) | sample",
        )
    built = [(stage.name, build(cls, _options(stage, cls))) for stage, cls in named]
    *processors, (strategy_name, strategy) = built
    owners = {stage.name: _owner(stage.name, plugins) for stage in stages}
    text = chain_syntax.format_chain(stages)
    return Stages(tuple(processors), strategy, strategy_name, text, owners)


def with_models(text: str, plugins: Plugins, called: Callable[[str], str]) -> str:
    """`text`, every model that an option names called as `called` says. Raises as `build_stages`."""
    stages = chain_syntax.parse(text)
    renamed = [_with_models(stage, _find(stage, plugins), called) for stage in stages]
    return text if renamed == stages else chain_syntax.format_chain(renamed)


def _with_models(
    stage: chain_syntax.Stage, cls: type[Any], called: Callable[[str], str]
) -> chain_syntax.Stage:
    options = _options(stage, cls)
    names = [option.name for option in options_of(cls) if option.type is ModelName]
    models = {name: called(options[name]) for name in names if isinstance(options.get(name), str)}
    if not models:
        return stage
    return chain_syntax.Stage(stage.name, (), options | models, stage.place)


def _owner(name: str, plugins: Plugins) -> str:
    return (plugins.processors if name in plugins.processors else plugins.strategies).owner(name)


def _find(stage: chain_syntax.Stage, plugins: Plugins) -> type[Any]:
    for registry in (plugins.processors, plugins.strategies):
        if stage.name in registry:
            found: type[Any] = registry[stage.name]
            return found
    names = [*plugins.processors, *plugins.strategies]
    raise InvalidInput(
        f"there is no strategy or processor {stage.name!r} (column {stage.place + 1} of the chain)",
        did_you_mean(stage.name, names) or "playground strategies list",
    )


def _options(stage: chain_syntax.Stage, cls: type[Any]) -> dict[str, Any]:
    """Arguments by position and by name as one mapping."""
    names: Sequence[str] = [option.name for option in options_of(cls)]
    if len(stage.arguments) > len(names):
        takes = ", ".join(names) or "no options"
        raise InvalidInput(
            f"{stage.name} takes {len(names)} options, not {len(stage.arguments)}",
            f"it takes: {takes}",
        )
    options = dict(zip(names, stage.arguments, strict=False))
    if twice := options.keys() & stage.options.keys():
        raise InvalidInput(f"{stage.name} is given {', '.join(sorted(twice))} twice")
    return options | stage.options
