"""The user's session processes, seen from outside: how they fare, and how they are ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import msgspec

from playground.api.results import LoadedModel
from playground.config import Settings
from playground.protocol.address import Address, address_of, addresses
from playground.protocol.folder import runtime_folder
from playground.protocol.messages import Status
from playground.protocol.retired import is_retired, retired
from playground.session.exchange import Exchange
from playground.session.launch import alive, connect, kill
from playground.session.remote import Remote
from playground.session.watch import answer_of, status_of

ANSWER_SECONDS = 5.0
FAREWELL_SECONDS = 8.0
"""For a process that was told to stop: what runs is cancelled first."""
LOOK_SECONDS = 0.02


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A session process, or the place of one."""

    own: bool
    """Whether it is the one that a front end with these settings uses."""
    running: bool
    address: Address
    status: Status | None = None
    """None where it does not run, or does not answer."""
    retired: int = 0
    """The id of a process that has left the address and ends with its last request; nobody can ask it."""


def own(settings: Settings) -> Worker:
    """The process of `settings`. Raises WorkerUnusable where there can be none."""
    return _seen(address_of(settings), own=True)


def all_of(settings: Settings) -> list[Worker]:
    """The process of `settings`, whether it runs or not, then all others that run, retired ones last."""
    mine = address_of(settings)
    others = [address for address in addresses() if address != mine and alive(address)]
    left = [
        Worker(own=False, running=True, address=mine, retired=pid) for pid in retired(mine.folder)
    ]
    return [_seen(mine, own=True), *(_seen(address, own=False) for address in others), *left]


def start(settings: Settings) -> Worker:
    """The process of `settings`, running. Raises PlaygroundError where it cannot be."""
    Remote(settings, lambda line: None, lambda name: name).models()
    return own(settings)


def models(worker: Worker) -> list[LoadedModel]:
    """What a process has loaded; nothing where it does not run, or does not answer."""
    connected = connect(worker.address) if worker.running and not worker.retired else None
    if connected is None:
        return []
    body = answer_of(Exchange(connected, "GET", "/models"), ANSWER_SECONDS)
    return msgspec.json.decode(body, type=list[LoadedModel]) if body else []


def stop_all() -> int:
    """End every process of the user, the cancelled requests having said so; how many there were.

    Those too that are retired: what they still answer is cancelled.
    """
    folder = runtime_folder()
    left = retired(folder)
    for pid in left:
        _signal(pid, signal.SIGTERM)
    found = [address for address in addresses() if alive(address)]
    for address in found:
        if connected := connect(address):
            exchange = Exchange(connected, "POST", "/stop")
            exchange.take(ANSWER_SECONDS)
            exchange.close()
    deadline = time.monotonic() + FAREWELL_SECONDS
    for address in found:
        while alive(address) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        kill(address)
    for pid in left:
        while is_retired(folder, pid) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        if is_retired(folder, pid):
            _signal(pid, signal.SIGKILL)
    return len(found) + len(left)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _seen(address: Address, *, own: bool) -> Worker:
    connected = connect(address) if alive(address) else None
    exchange = Exchange(connected, "GET", "/status") if connected else None
    return Worker(
        own=own,
        running=connected is not None,
        address=address,
        status=status_of(exchange, ANSWER_SECONDS) if exchange else None,
    )
