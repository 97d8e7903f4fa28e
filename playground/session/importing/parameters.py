"""A parameter set on its way to a chain: stages by what they do, a strategy, settings, and what is left out.

It knows no format and no order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from playground.chain_syntax import Stage

NOT_HERE = "has no counterpart here"


class LeftOut(msgspec.Struct, frozen=True):
    """A parameter that the chain does not express, and why."""

    name: str
    value: Any
    why: str

    def __str__(self) -> str:
        return f"{self.name} = {self.value!r}: {self.why}"


@dataclass
class Parameters:
    """What a set means; `values` is what nobody has taken yet."""

    values: dict[str, Any]
    order: str
    """Of the engine that the set is for."""
    stages: dict[str, Stage] = field(default_factory=dict)
    """By slot: the name that orders call the stage by."""
    strategy: Stage = field(default_factory=lambda: Stage("sample"))
    plain: Stage = field(default_factory=lambda: Stage("sample"))
    """What decodes where the strategy is not here."""
    settings: dict[str, Any] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    own_order: tuple[str, ...] | None = None
    """Slots in the order that the set itself asks for; others are not applied."""

    def applies(self, slot: str) -> bool:
        """Whether the set's own order, if it has one, lets the sampler act."""
        return self.own_order is None or slot in self.own_order

    def take(self, *names: str, default: Any = None) -> Any:
        """The value under the first of `names` that is given and is not null, which then is taken."""
        found = default
        for name in reversed(names):
            value = self.values.pop(name, None)
            found = found if value is None else value
        return found

    def put(self, slot: str, name: str | None = None, /, **options: Any) -> None:
        """The stage `name` (as the slot, if not said) with these options; its first one stands bare."""
        (first, *rest) = options.items()
        self.stages[slot] = Stage(name or slot, (first[1],), dict(rest))

    def number(self, slot: str, *names: str, neutral: float, default: Any = None) -> None:
        """A stage of one number, where one is given that is not the neutral one."""
        value = self.take(*names, default=default)
        if value is not None and value != neutral:
            self.stages[slot] = Stage(slot, (value,))

    def setting(self, name: str, *names: str, none: Any = None) -> None:
        """A setting of the request, where one is given that does not stand for none."""
        value = self.take(*names)
        if value is not None and value != none:
            self.settings[name] = value

    def leave(self, name: str, why: str, *, neutral: Any = None) -> None:
        """Name a parameter that cannot be expressed, where it is given and is not neutral."""
        value = self.take(name)
        if value is not None and value != neutral:
            self.left_out.append(LeftOut(name, value, why))

    def leave_rest(self) -> None:
        """What nobody took."""
        for name in list(self.values):
            self.leave(name, NOT_HERE)
