"""A chain: processors that narrow the candidates, in order, then the strategy that owns the loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from playground.api.candidates import Candidates
from playground.api.decoding import Processor, Step, Strategy, TextEnds
from playground.api.errors import PlaygroundError, PluginFailed
from playground.chain_stages import build_stages
from playground.engine.finite import all_finite
from playground.plugins import Plugins, one_line


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

    @property
    def repeats(self) -> bool:
        """Whether all sequences of a request would be the same."""
        strategy = self.strategy
        seeded = any(stage.seeded for _, stage in self.processors)
        return strategy.deterministic and not strategy.joint and not seeded

    def check(self, count: int) -> None:
        """Raises InvalidInput where `count` sequences or the processors contradict the strategy."""
        self.strategy.check(count, [stage for _, stage in self.processors])

    def candidates(self, scores: ndarray | Candidates, step: Step) -> Candidates:
        """What every stage leaves of `scores`. Raises PluginFailed naming a stage at fault."""
        left = scores if isinstance(scores, Candidates) else Candidates(scores)
        for _, candidates in self.narrowed(left, step):
            left = candidates
        return left

    def narrowed(self, candidates: Candidates, step: Step) -> Iterator[tuple[str, Candidates]]:
        """Each stage's name and what it leaves of `candidates`, one after the other."""
        for name, processor in self.processors:
            try:
                narrowed = processor(candidates, step)
            except (PlaygroundError, TextEnds):
                raise
            except Exception as error:
                called = self.called(name)
                raise PluginFailed(f"processor {called} failed: {one_line(error)}") from error
            check_narrowed(self.called(name), candidates, narrowed)
            candidates = narrowed
            yield name, candidates


def check_narrowed(name: str, before: Candidates, after: Any) -> None:
    """The border of a stage: some of the candidates it was given, at least one, with finite scores."""
    if after is before:
        return
    if not isinstance(after, Candidates):
        raise PluginFailed(f"processor {name} returned {type(after).__name__}, not candidates")
    shape = _shape(after.scores)
    if len(shape) != 1 or (not after.whole and _shape(after.ids) != shape):
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
    if not after.within(before):
        raise PluginFailed(f"processor {name} returned tokens it was not given")


def _shape(values: Any) -> tuple[int, ...]:
    return values.shape if isinstance(values, ndarray) else np.shape(values)


def build_chain(text: str, plugins: Plugins) -> Chain:
    """The chain that `text` writes. Raises InvalidInput with the place of what is wrong."""
    built = build_stages(text, plugins)
    return Chain(
        built.processors, built.strategy, built.strategy_name, built.text, dict(built.owners)
    )
