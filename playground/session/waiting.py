"""Waits for whoever computes on a thread of its own, so that the one who shows it can always be interrupted.

Whatever the model does, loading, a long prompt or a step that hangs, `stop` is heard at once: it may be
called from a signal handler and from any thread. Jobs run one after the other, so an engine in this process
is driven by one thread alone, as it needs. It knows neither requests nor what is shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from playground.api.errors import PlaygroundError

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)


class Stream(Iterator[A_co], Protocol[A_co]):
    """What comes one after the other, until it is cancelled or at its end."""

    def cancel(self) -> None:
        """End it soon; what still follows may be taken."""


class Stopped(PlaygroundError):
    """The user did not want to wait any longer."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("stopped")


class _Told:
    """What a job's thread, or a signal handler, puts into the queue of the one who waits."""

    def __init__(self, kind: str, value: Any = None) -> None:
        self.kind = kind
        self.value = value


_STOP = _Told("stop")


class _Job:
    """One thing that is waited for."""

    def __init__(self) -> None:
        # Not Queue: its lock could be held by the very code that a signal handler interrupts.
        self.told: SimpleQueue[_Told] = SimpleQueue()
        self.left = False
        """Whether nobody waits for it any more."""
        self.cancelled = False
        self.stream: Stream[Any] | None = None

    def cancel(self) -> None:
        """End the stream within one token. Does not wait for it."""
        self.cancelled = True

    def run(self, work: Callable[[_Job], Any]) -> None:
        """On the jobs' thread."""
        if self.left:
            return
        try:
            self.told.put(_Told("done", work(self)))
        except BaseException as error:  # it must not end the thread, and whoever waits has to know
            self.told.put(_Told("failed", error))


class Waiting:
    """Runs jobs, one at a time, and waits for them."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._current: _Job | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody waits for a job now."""
        return self._current is not None

    def stop(self) -> bool:
        """Let the one who waits wait no longer; False where nobody waits."""
        job = self._current
        if job is not None:
            job.told.put(_STOP)
        return job is not None

    def call(self, work: Callable[[], A]) -> A:
        """What `work` returns. Raises Stopped as soon as it is not to be waited for, and what it raises."""
        job = self._begin(lambda _: work())
        try:
            told = job.told.get()
            if told.kind == "stop":
                raise Stopped
            if told.kind == "failed":
                raise told.value
            result: A = told.value
            return result
        finally:
            self._end(job)

    def later(self, work: Callable[[], object]) -> None:
        """Do `work` when its turn has come; nobody waits for it, and its errors are dropped."""
        job = _Job()
        self._put(lambda: job.run(lambda _: work()))

    def stream(self, begin: Callable[[], Stream[A]]) -> Generator[A, None, None]:
        """All that comes of what `begin` returns, such as the events of a request.

        The first `stop` cancels it and its last events still come; before there is a stream, and at the
        second one, it raises Stopped. Leaving the iterator cancels it, too.
        """
        job = self._begin(lambda job: _pump(job, begin))
        try:
            while (told := job.told.get()).kind != "done":
                if told.kind == "event":
                    yield told.value
                elif told.kind == "failed":
                    raise told.value
                elif job.stream is None or job.cancelled:
                    raise Stopped
                else:
                    job.cancel()
                    job.stream.cancel()
        finally:
            self._end(job)

    def _begin(self, work: Callable[[_Job], Any]) -> _Job:
        job = self._current = _Job()
        self._put(lambda: job.run(work))
        return job

    def _end(self, job: _Job) -> None:
        job.left = True
        if self._current is job:
            self._current = None

    def _put(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="waiting", daemon=True)
            self._thread.start()
        self._work.put(work)

    def _run(self) -> None:
        while True:
            self._work.get()()


def _pump(job: _Job, begin: Callable[[], Stream[Any]]) -> None:
    job.stream = events = begin()
    for event in events:
        job.told.put(_Told("event", event))
        if job.left:
            events.cancel()
            break
