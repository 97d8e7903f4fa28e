"""A generation of an engine in this process, which may be cancelled from any thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from playground.api.events import Event


class Generating(Iterator[Event], Protocol):
    """A generation that one thread drives by iterating over it, and that only this one may cancel."""

    def cancel(self) -> None: ...


class Driven:
    """The events of a generation; whoever iterates carries a cancellation out, before the next step."""

    def __init__(self, generation: Generating) -> None:
        self._generation = generation
        self._wanted = False
        """Whether it is to be cancelled."""

    def __iter__(self) -> Driven:
        return self

    def __next__(self) -> Event:
        if self._wanted:
            self._generation.cancel()
        return next(self._generation)

    def cancel(self) -> None:
        """End it within one token; what was said stays said, and `finished` events still follow."""
        self._wanted = True
