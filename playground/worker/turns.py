"""A function that reads a model, as a decode: its reads join everybody's batch, one a tick.

Scoring a book takes thousands of reads. Called outright it would keep all streams waiting till its end;
turned into a generator it waits its turn like any strategy. The function runs on a thread of its own, but
never at the same time as the engine: one of the two always waits for the other, so that nothing need be
made safe for threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from playground.api.decoding import ReadAll
from playground.api.model import LanguageModel, Read, Reading

T = TypeVar("T")
Turns = Generator[ReadAll, list[Reading], T]


class _Abandoned(BaseException):
    """Nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class _Ended(Generic[T]):
    value: T | None = None
    error: BaseException | None = None


def in_turns(model: LanguageModel, function: Callable[[LanguageModel], T]) -> Turns[T]:
    """Yields the reads of `function(model)`, takes their readings, and returns what it returns."""
    asked: SimpleQueue[tuple[Read, ...] | _Ended[T]] = SimpleQueue()
    given: SimpleQueue[list[Reading] | None] = SimpleQueue()

    def run() -> None:
        try:
            asked.put(_Ended(function(_Lent(model, asked, given))))
        except BaseException as error:
            asked.put(_Ended(error=error))

    thread = threading.Thread(target=run, name="question", daemon=True)
    thread.start()
    try:
        while not isinstance(wanted := asked.get(), _Ended):
            given.put((yield ReadAll(wanted)))
    finally:
        given.put(None)
    if wanted.error is not None:
        raise wanted.error
    return wanted.value  # type: ignore[return-value]  # set where there is no error


class _Lent:
    """A model whose reads are made by somebody else."""

    def __init__(
        self,
        model: LanguageModel,
        asked: SimpleQueue[Any],
        given: SimpleQueue[list[Reading] | None],
    ) -> None:
        self._model = model
        self._asked = asked
        self._given = given

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        self._asked.put(tuple(batch))
        readings = self._given.get()
        if readings is None:
            raise _Abandoned
        return readings
