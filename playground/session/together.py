"""Several requests at once: their events as one stream, in the order in which they come.

Whoever has the models advances them in one batched read a step; here they are only begun and heard together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from playground.api.events import Event
from playground.api.request import GenerationRequest
from playground.session.service import EventStream


class Together:
    """The events of requests that are answered over the wire: a thread hears each of them."""

    def __init__(
        self,
        begin: Callable[[GenerationRequest], EventStream],
        requests: Sequence[GenerationRequest],
    ) -> None:
        """Begin all of them. Raises PlaygroundError where the first one cannot be meant.

        The first is begun alone: then whoever answers is there, and runs the program as it is.
        """
        self._heard: SimpleQueue[tuple[str, int, Any]] = SimpleQueue()
        self._streams: list[EventStream] = []
        self._lock = threading.Lock()
        self._cancelled = False
        self._left = len(requests)
        first = begin(requests[0])
        self._hear(0, lambda: first)
        for which, request in enumerate(requests[1:], 1):
            self._hear(which, lambda request=request: begin(request))  # type: ignore[misc]

    def __iter__(self) -> Together:
        return self

    def __next__(self) -> tuple[int, Event]:
        """Which request, and what it says. Raises what beginning one of them raises: all end with it."""
        while self._left:
            kind, which, value = self._heard.get()
            if kind == "event":
                return which, value
            self._left -= 1
            if kind == "failed":
                self.cancel()
                raise value
        raise StopIteration

    def cancel(self) -> None:
        """End all of them within one token; what was said stays said, and `finished` events still follow."""
        with self._lock:
            self._cancelled = True
            streams, self._streams = self._streams, []
        for stream in streams:
            # Each waits for an answer: one after the other they might wait too long.
            threading.Thread(target=stream.cancel, daemon=True).start()

    def _hear(self, which: int, begin: Callable[[], EventStream]) -> None:
        threading.Thread(target=self._listen, args=(which, begin), daemon=True).start()

    def _listen(self, which: int, begin: Callable[[], EventStream]) -> None:
        try:
            stream = begin()
            self._began(stream)
            for event in stream:
                self._heard.put(("event", which, event))
            self._heard.put(("end", which, None))
        except BaseException as error:  # whoever iterates has to know
            self._heard.put(("failed", which, error))

    def _began(self, stream: EventStream) -> None:
        with self._lock:
            cancelled = self._cancelled
            self._streams.append(stream)
        if cancelled:
            stream.cancel()
