"""What the engine's thread drives for a front end: a generation, or the answer to a question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from playground.api.decoding import Decoding, Effect
from playground.api.errors import PluginFailed
from playground.api.events import Event, Finished
from playground.api.model import LanguageModel
from playground.engine.answers import answer
from playground.engine.engine import Engine
from playground.engine.generate import Generation
from playground.engine.scheduler import Task
from playground.protocol.questions import Question
from playground.worker.outbox import Outbox
from playground.worker.turns import in_turns

LOST_DEVICE = ("CUDA error", "HIP error", "device-side assert")
"""After such an error nothing on the device works any more, in this process."""


class Run:
    """A generation and its reader's outbox. Lives on the engine's thread."""

    def __init__(self, generation: Generation, outbox: Outbox, on_lost: Callable[[], None]) -> None:
        """`on_lost` is called when the device has failed for good."""
        self._generation = generation
        self._outbox = outbox
        self._on_lost = on_lost

    def collect(self) -> bool:
        """Hand on what was said, pause or go on as the reader is fast; True when it has ended."""
        generation = self._generation
        if generation.events:
            events = list(generation.events)
            generation.events.clear()
            self._outbox.put(events)
            if any(map(_lost_device, events)):
                self._on_lost()
        if generation.done:
            self._outbox.end()
            return True
        stalled = self._outbox.stalled()
        if stalled != generation.paused:
            generation.paused = stalled
        return False

    def cancel(self) -> None:
        """End it now; what is still to be said is said."""
        self._generation.cancel()


def _lost_device(event: Event) -> bool:
    return isinstance(event, Finished) and any(sign in (event.error or "") for sign in LOST_DEVICE)


class Asked:
    """A question that is being answered, as a task among all others. Lives on the engine's thread."""

    def __init__(
        self,
        engine: Engine,
        model: LanguageModel,
        question: Question[Any],
        done: Callable[[Any, Exception | None], None],
    ) -> None:
        self._scheduler = engine.scheduler
        self._plugins = engine.plugins
        self._model = model
        self._question = question
        self._done = done
        self._value: Any = None
        characters = len(msgspec.json.encode(question))
        self._task = Task(
            model, self._drive(), _nothing_said, self._end, "the question", characters=characters
        )
        self._scheduler.add(self._task)

    def cancel(self) -> None:
        """Nobody waits for the answer any more."""
        if not self._task.ended:
            self._scheduler.cancel(self._task)

    def _drive(self) -> Decoding:
        self._value = yield from in_turns(self._model, self._answer)

    def _answer(self, model: LanguageModel) -> Any:
        return answer(model, self._question, self._plugins)

    def _end(self, error: Exception | None) -> None:
        self._done(self._value, error)


def _nothing_said(effect: Effect) -> None:
    raise PluginFailed(f"a question said {effect}")


def settle(future: asyncio.Future[Any], value: Any, error: Exception | None) -> None:
    """Give a future its result, from the thread of any loop, unless nobody waits for it any more."""

    def give() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)

    future.get_loop().call_soon_threadsafe(give)
