"""A chain: processors that narrow the candidates, in order, then the strategy that owns the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from playground import chain_syntax
from playground.api.candidates import Candidates
from playground.api.decoding import Processor, Step, Strategy
from playground.api.errors import InvalidInput, PlaygroundError, PluginFailed
from playground.api.options import build, options_of
from playground.engine.finite import all_finite
from playground.plugins import Plugins, one_line
from playground.registry import did_you_mean

DEFAULT_STRATEGY = "sample"


@dataclass(frozen=True)
class Chain:
    """What decodes: named processors in order, and a strategy."""

    processors: tuple[tuple[str, Processor], ...]
    strategy: Strategy
    strategy_name: str
    text: str
    """The chain as it can be written again."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The plugin of each stage, by the stage's name."""

    def called(self, name: str) -> str:
        """A stage as an error names it: with its plugin, where that is called otherwise."""
        owner = self.owners.get(name, name)
        return name if owner == name else f"{name} (plugin {owner})"

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know of the options given."""
        return tuple(note for _, stage in self.processors for note in stage.notices())

    def candidates(self, logits: ndarray, step: Step) -> Candidates:
        """What every stage leaves of `logits` (vocabulary,). Raises PluginFailed naming a stage at fault."""
        candidates = Candidates(logits)
        for name, processor in self.processors:
            try:
                narrowed = processor(candidates, step)
            except PlaygroundError:
                raise
            except Exception as error:
                called = self.called(name)
                raise PluginFailed(f"processor {called} failed: {one_line(error)}") from error
            check_narrowed(self.called(name), candidates, narrowed)
            candidates = narrowed
        return candidates


def check_narrowed(name: str, before: Candidates, after: Any) -> None:
    """The border of a stage: some of the candidates it was given, at least one, with finite scores."""
    if after is before:
        return
    if not isinstance(after, Candidates):
        raise PluginFailed(f"processor {name} returned {type(after).__name__}, not candidates")
    shape = np.shape(after.scores)
    if len(shape) != 1 or (not after.whole and np.shape(after.ids) != shape):
        raise PluginFailed(f"processor {name} returned scores of shape {shape}")
    if not len(after):
        raise PluginFailed(f"processor {name} left no candidate", "loosen its options")
    if not all_finite(after.scores):
        raise PluginFailed(
            f"processor {name} returned scores that are not finite (NaN or infinite)"
        )
    if len(after) > len(before) or (after.whole and not before.whole):
        raise PluginFailed(f"processor {name} added candidates")
    if after.whole and len(after) < len(before):
        raise PluginFailed(
            f"processor {name} returned {len(after)} scores for {len(before)} candidates",
            "rescored() takes a score for each; keep() removes some",
        )
    if not after.whole and len(before.find(after.ids)) != len(after):
        raise PluginFailed(f"processor {name} returned tokens it was not given")


def build_chain(text: str, plugins: Plugins) -> Chain:
    """The chain that `text` writes. Raises InvalidInput with the place of what is wrong."""
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
    return Chain(tuple(processors), strategy, strategy_name, text, owners)


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
