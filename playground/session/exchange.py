"""One request to the session process and its answer, read on a thread of its own.

A thread, so that ctrl-c never strikes in the middle of a message, and whoever waits can look meanwhile
whether the process still lives. It knows HTTP and nothing of what is said.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from queue import Empty, SimpleQueue

CHUNK_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Head:
    """The answer begins."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """The answer has ended: whole, or because of a `failure`."""

    failure: str = ""


Part = Head | bytes | End


class _Connection(HTTPConnection):
    """HTTP over a socket that is connected already."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__("playground")
        self.sock = connected


class Exchange:
    """A request under way; `take` gives its answer part by part."""

    def __init__(
        self,
        connected: socket.socket,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Takes over `connected`."""
        self._socket = connected
        self._parts: SimpleQueue[Part] = SimpleQueue()
        self._request = (method, path, body, dict(headers or {}))
        threading.Thread(target=self._run, name="exchange", daemon=True).start()

    def take(self, timeout: float) -> Part | None:
        """The next part; None where none has come within `timeout` seconds."""
        try:
            return self._parts.get(timeout=timeout)
        except Empty:
            return None

    def close(self) -> None:
        """Nobody wants the rest: the other side sees that its reader has gone."""
        # The thread closes it; this only wakes the thread.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            self._talk()
        except (OSError, HTTPException, ValueError) as error:
            self._parts.put(End(f"{type(error).__name__}: {error}".rstrip(": ")))
        finally:
            self._socket.close()

    def _talk(self) -> None:
        connection = _Connection(self._socket)
        method, path, body, headers = self._request
        # Refused before it was read whole: the answer says why.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body or None, {"Connection": "close", **headers})
        response = connection.getresponse()
        self._parts.put(Head(response.status, {k.lower(): v for k, v in response.getheaders()}))
        while data := response.read1(CHUNK_BYTES):
            self._parts.put(data)
        self._parts.put(End(_missing(response)))


def _missing(response: HTTPResponse) -> str:
    """An answer that is shorter than it was said to be has been cut off."""
    return f"{response.length} bytes are missing" if response.length else ""
