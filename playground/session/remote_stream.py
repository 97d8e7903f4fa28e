"""The events of a request as the session process tells them; their end even where it does not live to.

A process that ends before it has said a token is replaced and asked once more, with the seed that was told.
After that what was said stays: a text is not begun again in front of its reader.
"""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from playground.api.errors import PlaygroundError
from playground.api.events import Event, Started
from playground.api.request import GenerationRequest, StopReason
from playground.chain_syntax import format_chain, parse
from playground.protocol.messages import REQUEST_HEADER
from playground.session.account import Account
from playground.session.exchange import End

if TYPE_CHECKING:
    from playground.session.remote import Remote
    from playground.session.watch import Watched

FAREWELL_SECONDS = 1.0
"""How long the process may take to end what was cancelled; after that it is ended here."""
NOT_FINITE = {"logprob": -math.inf, "raw_logprob": -math.inf}


class RemoteStream:
    """An event stream over the wire."""

    def __init__(self, remote: Remote, request: GenerationRequest) -> None:
        """Begin the request. Raises PlaygroundError where it cannot be meant."""
        self._remote = remote
        self._request = request
        self._account = Account(request)
        self._events: deque[Event] = deque()
        self._rest = b""
        self._over = False
        self._repeated = False
        self._leave_at: float | None = None
        self._id = ""
        self._renamed = False
        """Whether the chain names a model that the process knows by another name."""
        self._decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
        self._answer = self._open()

    def __iter__(self) -> RemoteStream:
        return self

    def __next__(self) -> Event:
        while not self._events:
            if self._over:
                raise StopIteration
            self._fetch()
        return self._events.popleft()

    def cancel(self) -> None:
        """End it within one token; what was said stays said, and `finished` events still follow."""
        if self._over:
            return
        if self._leave_at is None:
            self._leave_at = time.monotonic() + FAREWELL_SECONDS
        if exchange := self._remote.post(f"/cancel/{self._id}"):
            exchange.take(timeout=FAREWELL_SECONDS)
            exchange.close()

    def _open(self) -> Watched:
        request = self._remote.located(self._request)
        self._renamed = request.chain != self._request.chain
        request = msgspec.structs.replace(request, seed=self._account.seed)
        answer, head = self._remote.repeated(lambda: self._remote.begin("/generate", request))
        self._id = head.headers.get(REQUEST_HEADER, "")
        self._rest = b""
        return answer

    def _fetch(self) -> None:
        part = self._answer.take(until=self._too_late)
        if isinstance(part, bytes):
            for event in self._decoded(part):
                if self._account.is_new(event):
                    self._events.append(self._as_asked(event))
        elif isinstance(part, End):
            self._answer.close()
            self._end(part)

    def _end(self, part: End) -> None:
        if self._account.complete:
            self._over = True
        elif self._leave_at is not None:
            self._end_here("cancelled")
        elif self._account.begun or self._repeated:
            self._end_here("error", self._answer.gone())
        else:
            self._again()

    def _again(self) -> None:
        self._repeated = True
        self._remote.tell_gone(self._answer.gone())
        try:
            self._answer = self._open()
        except PlaygroundError as error:
            self._end_here("error", error)

    def _end_here(self, reason: StopReason, error: PlaygroundError | None = None) -> None:
        self._events.extend(self._account.ends(reason, error))
        self._over = True

    def _too_late(self) -> bool:
        return self._leave_at is not None and time.monotonic() >= self._leave_at

    def _decoded(self, data: bytes) -> list[Event]:
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        try:
            return self._decoder.decode_lines(whole + newline)
        except msgspec.ValidationError:
            return [_finite(msgspec.json.decode(line)) for line in whole.splitlines()]

    def _as_asked(self, event: Event) -> Event:
        """Models' names were made to be understood from any folder; they are told as they were given."""
        if not isinstance(event, Started):
            return event
        chain = format_chain(parse(self._request.chain)) if self._renamed else event.chain
        return msgspec.structs.replace(event, model=self._request.model, chain=chain)


def _finite(event: dict[str, Any]) -> Event:
    """An event with numbers that JSON cannot hold, which are null there."""
    for place in (event, *event.get("alternatives", ()), *event.get("raw_alternatives", ())):
        for name, value in NOT_FINITE.items():
            if name in place and place[name] is None:
                place[name] = value
    return msgspec.convert(event, Event)  # type: ignore[no-any-return]
