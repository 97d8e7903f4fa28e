"""Sequences that advance together, told one after the other."""

from __future__ import annotations

from collections import deque

from playground.api.events import Event, Finished


class InOrder:
    """Gives events out one sequence after the other; those of a later one wait for their turn."""

    def __init__(self) -> None:
        self._turn = 0
        self._waiting: dict[int, deque[Event]] = {}

    def push(self, event: Event) -> list[Event]:
        """The events whose turn has come with this one."""
        self._waiting.setdefault(event.sequence, deque()).append(event)
        ready = []
        while queue := self._waiting.get(self._turn):
            ready.append(queue.popleft())
            if isinstance(ready[-1], Finished):
                self._turn += 1
        return ready
