"""The chain as rows that can be moved, changed and switched off: a stage that is off keeps its place.

The text of a chain has no stages that are off, so they are remembered here and nowhere else.
"""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from playground.api.options import Meta
from playground.chain_syntax import Stage, format_chain

STEPS = 20
"""Steps from one end of a range to the other."""
USUAL = 2.0, 100
"""What a range that is open above is drawn to: of a number, of a whole number."""


@dataclass(frozen=True)
class ChainRow:
    """A stage, and whether it takes part."""

    stage: Stage
    on: bool = True


Rows = tuple[ChainRow, ...]


def text_of(rows: Rows) -> str:
    """The chain of the rows that are on."""
    return format_chain([row.stage for row in rows if row.on])


def merged(rows: Rows, stages: Sequence[Stage]) -> Rows:
    """The rows of a chain that may have been changed elsewhere: stages that are off stay where they were."""
    if [str(row.stage) for row in rows if row.on] == [str(stage) for stage in stages]:
        return rows
    new = [ChainRow(stage) for stage in stages]
    for place, row in enumerate(rows):
        if not row.on:
            new.insert(min(place, max(0, len(new) - 1)), row)
    return tuple(new)


def moved(rows: Rows, place: int, step: int) -> Rows:
    """With a row where the one above or below it was; at an end it stays."""
    target = place + step
    if not 0 <= target < len(rows):
        return rows
    new = list(rows)
    new[place], new[target] = new[target], new[place]
    return tuple(new)


def switched(rows: Rows, place: int) -> Rows:
    """With a row off, or on again."""
    row = rows[place]
    return (*rows[:place], replace(row, on=not row.on), *rows[place + 1 :])


def with_stage(rows: Rows, place: int, stage: Stage) -> Rows:
    return (*rows[:place], replace(rows[place], stage=stage), *rows[place + 1 :])


def without(rows: Rows, place: int) -> Rows:
    return (*rows[:place], *rows[place + 1 :])


@dataclass(frozen=True)
class Slider:
    """The first number among a stage's options: its value and its range, ends of which may be open."""

    option: str
    value: float | int
    low: float | None
    high: float | None
    whole: bool

    @property
    def share(self) -> float:
        """Where it stands between the ends, 0 to 1; ends that are open are drawn where they usually are."""
        low = 0 if self.low is None else self.low
        high = max(low + 1, USUAL[self.whole]) if self.high is None else self.high
        return min(1.0, max(0.0, (self.value - low) / (high - low))) if high > low else 0.0

    def turned(self, step: int) -> float | int:
        """The value after one step up, 1, or down, -1."""
        size = self._size()
        value = round(round(self.value / size) * size + step * size, 6)
        value = value if self.low is None else max(self.low, value)
        value = value if self.high is None else min(self.high, value)
        return int(value) if self.whole else float(value)

    def _size(self) -> float:
        if self.low is not None and self.high is not None:
            span = (self.high - self.low) / STEPS
            return max(1, round(span)) if self.whole else span
        if self.whole:
            return 1 if abs(self.value) < 20 else 5
        return 0.05 if abs(self.value) < 2 else 0.5


def slider_of(stage: Stage, cls: type[msgspec.Struct] | None) -> Slider | None:
    """The slider of a stage, whose class is `cls`; None where it has no number."""
    if cls is None:
        return None
    fields = msgspec.structs.fields(cls)
    given = dict(zip((field.name for field in fields), stage.arguments, strict=False))
    given |= stage.options
    hints = typing.get_type_hints(cls, include_extras=True)
    for field in fields:
        value = given.get(field.name, field.default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Slider(field.name, value, *_range(hints[field.name]), isinstance(value, int))
    return None


def turned(stage: Stage, cls: type[msgspec.Struct], slider: Slider, step: int) -> Stage:
    """The stage with its slider moved by one step, the option written as it was: by place or by name."""
    value = slider.turned(step)
    names = [field.name for field in msgspec.structs.fields(cls)]
    place = names.index(slider.option)
    if place < len(stage.arguments):
        arguments = (*stage.arguments[:place], value, *stage.arguments[place + 1 :])
        return Stage(stage.name, arguments, stage.options)
    if place == 0 and not stage.arguments and slider.option not in stage.options:
        return Stage(stage.name, (value,), stage.options)
    return Stage(stage.name, stage.arguments, {**stage.options, slider.option: value})


def _range(hint: Any) -> tuple[float | None, float | None]:
    metas = [meta for meta in typing.get_args(hint) if isinstance(meta, Meta)]
    lows = [bound for meta in metas for bound in (meta.ge, meta.gt) if bound is not None]
    highs = [bound for meta in metas for bound in (meta.le, meta.lt) if bound is not None]
    return (max(lows, default=None), min(highs, default=None))
