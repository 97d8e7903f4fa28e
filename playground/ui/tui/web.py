"""The app in a browser of this machine: textual-serve starts an app for each page that is opened.

It listens on loopback alone. As other users of the machine, and pages of strangers in the same browser, reach
that, too, whoever has no key is refused: it is in the address that is told, and then in a cookie.
"""

from __future__ import annotations

import secrets
import shlex
import socket
from collections.abc import Callable, Sequence
from hmac import compare_digest

from aiohttp import web
from textual_serve.server import Server

from playground.api.errors import PlaygroundError

HOST = "127.0.0.1"
COOKIE = "playground-key"
PATIENCE = 1.0
"""Seconds that pages have to go when the server is ended, before they are closed."""


class WebServer(Server):
    """Serves `command`, the app, on a socket that listens on loopback."""

    def __init__(
        self, command: Sequence[str], listening: socket.socket, tell: Callable[[str], object]
    ) -> None:
        """`tell` is given the address when it can be opened."""
        port = listening.getsockname()[1]
        super().__init__(shlex.join(command), host=HOST, port=port, title="textgen-playground")
        self._listening = listening
        self._tell = tell
        self._key = secrets.token_urlsafe(16)

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"{self.public_url}/?key={self._key}"

    def serve(self, debug: bool = False) -> None:
        web.run_app(self._make_app(), sock=self._listening, print=None, shutdown_timeout=PATIENCE)

    async def on_startup(self, app: web.Application) -> None:
        """From now on it answers, and signals end it."""
        self._tell(self.address)

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        self._check(request.query.get("key", ""))
        response: web.StreamResponse = await super().handle_index(request)
        response.set_cookie(COOKIE, self._key, httponly=True, samesite="Strict")
        # The page of textual-serve would fetch a font from elsewhere: nobody else is to know of it.
        own = f"'self' 'unsafe-inline' data: blob: ws://{HOST}:{self.port}"
        response.headers["Content-Security-Policy"] = f"default-src {own}"
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        self._check(request.cookies.get(COOKIE, ""))
        return await super().handle_websocket(request)

    def _check(self, key: str) -> None:
        if not compare_digest(key.encode(), self._key.encode()):
            raise web.HTTPForbidden(text="open the address that `playground tui --web` tells")


def serve(command: Sequence[str], port: int, tell: Callable[[str], object]) -> None:
    """Serve until ctrl-c or TERM; `tell` is given the address. Raises PlaygroundError for a taken port."""
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise PlaygroundError(
            f"port {port} cannot be had: {error.strerror}", f"--port {port + 1}, or 0 for any"
        ) from None
    WebServer(command, listening, tell).serve()
