"""What front end and session process tell each other beside requests, events and answers."""

from __future__ import annotations

import msgspec

from playground.config import Settings
from playground.protocol.questions import ModelChoice

JSON_LINES = "application/x-ndjson"
IDENTITY_HEADER = "x-playground-identity"
"""Sent with every request but those of the process itself; another one is answered with 409."""
REQUEST_HEADER = "x-playground-request"
"""In the answer to /generate: what /cancel takes."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What a session process is started with."""

    settings: Settings
    socket: str
    log: str
    preload: ModelChoice | None = None
    """A model that will be wanted at once: to be loaded while the rest of the process is set up."""


class Comparing(msgspec.Struct, frozen=True, kw_only=True):
    """Ask how far the number types of a model drift on a text."""

    model: str
    device: str
    text: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a session process fares. Told even while a step of the engine hangs."""

    pid: int
    version: str
    identity: str
    uptime_seconds: float
    running: int
    """Requests being answered."""
    waiting: int
    """Requests that wait for one of those to end."""
    idle_seconds: float
    """Since the last request ended; 0 while there is one."""
    idle_minutes: float
    """After which it ends."""
    step_seconds: float
    """How long the engine has been in its step; 0 where it is in none."""
    step_allowed_seconds: float = 0.0
    """How much longer than any step this one may take, by what it reads."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A PlaygroundError on its way to the front end."""

    kind: str
    """The name of the nearest class that both sides know."""
    message: str
    hint: str
    exit_code: int
