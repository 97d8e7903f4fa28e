"""What has been said of a request so far, so that it can be ended properly by whoever is left to do it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playground.api.errors import PlaygroundError
from playground.api.events import Event, Finished, Started, Token
from playground.api.request import GenerationRequest, StopReason


@dataclass(slots=True)
class _Said:
    started: Started | None = None
    text: list[str] = field(default_factory=list)
    finished: bool = False


class Account:
    """The sequences of one request, by what their events tell."""

    def __init__(self, request: GenerationRequest) -> None:
        self._request = request
        self._said = [_Said() for _ in range(request.n)]
        self._began = time.monotonic()
        self.begun = False
        """Whether anything was said that cannot be said again."""

    @property
    def complete(self) -> bool:
        """Whether every sequence has ended."""
        return all(said.finished for said in self._said)

    @property
    def seed(self) -> int | None:
        """The seed that was reported, else the one that was asked for."""
        started = self._said[0].started
        return started.seed if started else self._request.seed

    def is_new(self, event: Event) -> bool:
        """Take note of an event; False for one that was told before, by a process that is gone."""
        said = self._said[event.sequence]
        if isinstance(event, Started):
            known, said.started = said.started is not None, event
            return not known
        self.begun = True
        if isinstance(event, Token):
            said.text.append(event.text)
        elif isinstance(event, Finished):
            said.finished = True
        return True

    def ends(self, reason: StopReason, error: PlaygroundError | None = None) -> list[Event]:
        """The events that end what has not ended, with the text that was said."""
        open_ = [(at, said) for at, said in enumerate(self._said) if not said.finished]
        return [self._end(at, said, reason, error) for at, said in open_]

    def _end(
        self, at: int, said: _Said, reason: StopReason, error: PlaygroundError | None
    ) -> Finished:
        return Finished(
            sequence=at,
            reason=reason,
            text="".join(said.text),
            tokens=len(said.text),
            seconds=time.monotonic() - self._began,
            seed=self.seed or 0,
            prompt_tokens=said.started.prompt_tokens if said.started else 0,
            error=error.message if error else None,
            hint=error.hint or None if error else None,
            exit_code=error.exit_code if error else 0,
        )
