"""An answer of the session process, waited for without ever waiting for a process that is gone or hangs."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from playground.protocol.messages import Status
from playground.protocol.problems import WorkerGone
from playground.session.exchange import End, Exchange, Head, Part
from playground.session.launch import Launcher

LOOK_SECONDS = 2.0
"""After so long without a word one looks what the process is doing."""


class Watched:
    """Takes the parts of an exchange, and ends a process that hangs."""

    def __init__(
        self, exchange: Exchange, launcher: Launcher, *, hang_seconds: float, silent_seconds: float
    ) -> None:
        """`hang_seconds`: how long a step may take that reads nothing. `silent_seconds`: how long the process
        may take to say how it fares."""
        self._exchange = exchange
        self._launcher = launcher
        self._hang_seconds = hang_seconds
        self._silent_seconds = silent_seconds
        self._pid = launcher.pid()
        self._why = "the session process has ended"

    def head(self) -> Head:
        """The beginning of the answer. Raises WorkerGone."""
        part = self.take()
        if isinstance(part, Head):
            return part
        raise self.gone()

    def rest(self) -> bytes:
        """All of the answer's body. Raises WorkerGone."""
        body = b""
        while not isinstance(part := self.take(), End):
            body += part if isinstance(part, bytes) else b""
        if part.failure:
            raise self.gone()
        return body

    def take(self, until: Callable[[], bool] = lambda: False) -> Part:
        """The next part, however long it takes; an end without one as soon as `until` holds."""
        patience = min(LOOK_SECONDS, self._hang_seconds)
        looked = time.monotonic()
        while (part := self._exchange.take(0.05 if until() else patience)) is None:
            if until():
                return End("nobody waits for it")
            if time.monotonic() - looked >= patience:
                self._look()
                looked = time.monotonic()
        return part

    def close(self) -> None:
        """Let the process see that its reader has gone."""
        self._exchange.close()

    def gone(self) -> WorkerGone:
        """The error of a process that has ended, or was ended here; another one can be started now."""
        self._launcher.wait_for_end_of(self._pid)
        return WorkerGone(self._why, "playground worker logs")

    def _look(self) -> None:
        """End the process where it has been too long in a step, or does not even say how it fares."""
        connected = self._launcher.reach()
        if connected is None:
            return
        status = status_of(Exchange(connected, "GET", "/status"), self._silent_seconds)
        if status is None:
            what, limit = "has not answered", self._silent_seconds
        else:
            what, limit = "hangs in a step", self._hang_seconds + status.step_allowed_seconds
            if status.step_seconds <= limit:
                return
        self._why = f"the session process {what} for more than {limit:.3g} s: it was ended"
        self._launcher.kill()


def status_of(exchange: Exchange, seconds: float) -> Status | None:
    """What /status answers within some seconds; None where it does not."""
    body = answer_of(exchange, seconds)
    try:
        return msgspec.json.decode(body, type=Status) if body else None
    except msgspec.DecodeError:
        return None


def answer_of(exchange: Exchange, seconds: float) -> bytes:
    """The body of an answer that comes whole within some seconds; nothing where it does not."""
    deadline = time.monotonic() + seconds
    body = b""
    try:
        while not isinstance(part := exchange.take(max(0.0, deadline - time.monotonic())), End):
            if part is None:
                return b""
            body += part if isinstance(part, bytes) else b""
        return b"" if part.failure else body
    finally:
        exchange.close()
