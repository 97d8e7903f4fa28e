"""What a benchmark is, as data: who is asked for what, and the target that it is held against.

Knows nothing of processes, clocks or tables.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Unit = Literal["tokens/s", "characters/s", "s", "ms", "µs"]

PER_SECOND: tuple[Unit, ...] = ("tokens/s", "characters/s")
SCALES: dict[Unit, float] = {"s": 1.0, "ms": 1e3, "µs": 1e6}


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A question to an engine that lives in a process of its own.

    engine: `module:Class`, made with `options` in its process and kept warm there.
    measure: its method, called with `arguments`; it returns seconds for one item (a token, a call).
    """

    label: str
    engine: str
    measure: str
    options: dict[str, Any] = {}
    arguments: dict[str, Any] = {}


class Target(msgspec.Struct, frozen=True):
    """A bound, and what it bounds.

    faster: our speed over the other's, at least. slower: our time over the other's, at most. seconds: our
    time alone, at most.
    """

    kind: Literal["faster", "slower", "seconds"]
    bound: float

    def met_by(self, value: float) -> bool:
        """Whether `value`, a ratio or seconds as `kind` says, reaches the bound."""
        return value >= self.bound if self.kind == "faster" else value <= self.bound


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """`ours` and `against` asked in turn, `rounds` times after a first that does not count."""

    name: str
    title: str
    unit: Unit
    ours: Probe
    against: Probe | None = None
    peers: tuple[Probe, ...] = ()
    """Other engines, asked only on request and where they are installed; no target concerns them."""
    target: Target | None = None
    rounds: int = 5
    needs: str = ""
    """A strategy that a plugin may or may not bring: without it there is nothing to measure."""

    @property
    def family(self) -> str:
        """The first word of the name: `decode-int8-32` is of the family `decode`."""
        return self.name.partition("-")[0]
