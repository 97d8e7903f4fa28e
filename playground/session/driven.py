"""Generations of an engine in this process, which may be cancelled from any thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
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


class Underway(Protocol):
    """A generation that somebody else drives: its events wait to be taken."""

    events: deque[Event]

    @property
    def done(self) -> bool: ...

    def cancel(self) -> None: ...


class DrivenTogether:
    """The events of several generations of one engine, each with the number of its generation."""

    def __init__(self, generations: Sequence[Underway], tick: Callable[[], None]) -> None:
        """`tick` advances all of them by one batched read."""
        self._generations = generations
        self._tick = tick
        self._said: deque[tuple[int, Event]] = deque()
        self._wanted = False
        """Whether they are to be cancelled."""

    def __iter__(self) -> DrivenTogether:
        return self

    def __next__(self) -> tuple[int, Event]:
        if self._wanted:
            for generation in self._generations:
                generation.cancel()
        self._collect()
        while not self._said:
            if all(generation.done for generation in self._generations):
                raise StopIteration
            self._tick()
            self._collect()
        return self._said.popleft()

    def cancel(self) -> None:
        """End all of them within one token; what was said stays said, and `finished` events still follow."""
        self._wanted = True

    def _collect(self) -> None:
        for which, generation in enumerate(self._generations):
            while generation.events:
                self._said.append((which, generation.events.popleft()))
