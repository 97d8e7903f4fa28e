"""Stop strings across token borders, with hold-back: never half of one is let out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class HoldBack(Generic[T]):
    """Holds items (tokens) whose text may be the beginning of a stop string until that is decided."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held: deque[tuple[T, str]] = deque()
        self._text = ""
        self.stop: str | None = None
        """The stop string that was met."""

    def push(self, item: T, text: str) -> list[tuple[T, str]]:
        """Take an item and its text; give back those that are clear, in order.

        When a stop string is met, the item in which it begins comes with its text cut there, items after
        it never come, and `stop` says which string it was.
        """
        if not self._stops:
            return [(item, text)]
        self._held.append((item, text))
        self._text += text
        found = [
            (place, -len(stop), stop)
            for stop in self._stops
            if (place := self._text.find(stop)) >= 0
        ]
        if found:
            place, _, self.stop = min(found)
            return self._cut(place)
        return self._release(len(self._text) - self._pending())

    def flush(self) -> list[tuple[T, str]]:
        """The rest, when nothing more will come."""
        rest = list(self._held)
        self._held.clear()
        self._text = ""
        return rest

    def _pending(self) -> int:
        """Length of the longest end of the text that begins a stop string."""
        longest = max(map(len, self._stops)) - 1
        for length in range(min(longest, len(self._text)), 0, -1):
            end = self._text[-length:]
            if any(stop.startswith(end) for stop in self._stops):
                return length
        return 0

    def _release(self, clear: int) -> list[tuple[T, str]]:
        """Items whose text ends within the first `clear` characters."""
        released, end = [], 0
        while self._held and end + len(self._held[0][1]) <= clear:
            end += len(self._held[0][1])
            released.append(self._held.popleft())
        self._text = self._text[end:]
        return released

    def _cut(self, place: int) -> list[tuple[T, str]]:
        released = self._release(place)
        rest = place - sum(len(text) for _, text in released)
        if rest > 0:
            item, text = self._held.popleft()
            released.append((item, text[:rest]))
        self._held.clear()
        self._text = ""
        return released
