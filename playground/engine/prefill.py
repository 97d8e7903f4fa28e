"""A prompt that several requests want at the same time is read once, for all of them.

What has been read already is `PrefixCache`'s; this is what is being read now. It belongs to no request: it
goes on as long as anybody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable

from playground.api.decoding import Decoding, Effect, ReadAll
from playground.api.errors import PluginFailed
from playground.api.model import LanguageModel, Need, Read, Reading
from playground.engine.prefix import Known, PrefixCache
from playground.engine.scheduler import Scheduler, Task

OnRead = Callable[[Reading], None]
OnError = Callable[[Exception], None]


class Prefill:
    """The reading of one prompt, and who waits for it."""

    def __init__(
        self,
        scheduler: Scheduler,
        prefixes: PrefixCache,
        model: LanguageModel,
        ids: tuple[int, ...],
        known: Known,
    ) -> None:
        self._scheduler = scheduler
        self._prefixes = prefixes
        self._model = model
        self._ids = ids
        self._waiting: list[tuple[OnRead, OnError]] = []
        self._task = Task(model, self._read(known), _nothing_said, self._end, "the prompt")
        scheduler.add(self._task)

    def join(self, on_read: OnRead, on_error: OnError) -> Callable[[], None]:
        """Wait for it; what is returned ends the waiting, and the reading where nobody else waits."""
        waiter = (on_read, on_error)
        self._waiting.append(waiter)

        def leave() -> None:
            if waiter not in self._waiting:
                return
            self._waiting.remove(waiter)
            if not self._waiting and not self._task.ended:
                self._scheduler.cancel(self._task)
                self._forget()

        return leave

    def _read(self, known: Known) -> Decoding:
        rest = self._ids[known.state.length :]
        readings = yield ReadAll((Read(known.state, rest, Need.LOGITS, logits_to_keep=1),))
        self._prefixes.keep(self._model, self._ids, readings[0])
        self._forget()
        for on_read, _ in self._left():
            on_read(readings[0])

    def _end(self, error: Exception | None) -> None:
        if error is not None:
            self._forget()
            for _, on_error in self._left():
                on_error(error)

    def _left(self) -> list[tuple[OnRead, OnError]]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _forget(self) -> None:
        self._prefixes.under_way.pop((id(self._model), self._ids), None)


def prefill(
    scheduler: Scheduler,
    prefixes: PrefixCache,
    model: LanguageModel,
    ids: tuple[int, ...],
    known: Known,
) -> Prefill:
    """The reading of `ids` that is under way, else a new one that begins after what is known."""
    key = (id(model), ids)
    if key not in prefixes.under_way:
        prefixes.under_way[key] = Prefill(scheduler, prefixes, model, ids, known)
    return prefixes.under_way[key]


def _nothing_said(effect: Effect) -> None:
    raise PluginFailed(f"the reading of a prompt said {effect}")
