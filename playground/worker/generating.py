"""`/generate`: the events of a request as lines of JSON, as long as somebody reads them."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack, suppress
from functools import partial

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from playground.api.options import models_of
from playground.api.request import GenerationRequest
from playground.chain_stages import build_stages
from playground.protocol.messages import JSON_LINES, REQUEST_HEADER
from playground.protocol.questions import ModelChoice
from playground.worker.outbox import Outbox
from playground.worker.patience import to_encode
from playground.worker.running import Run
from playground.worker.service import Service
from playground.worker.wire import read_body, while_connected

ENCODER = msgspec.json.Encoder()


class Generate:
    """The route. What cannot be meant is answered before the first event; later failures are events."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await read_body(Request(scope, receive), GenerationRequest)
        # Who has left is told nothing.
        with suppress(ClientDisconnect):
            await while_connected(receive, self._generate(asked, send))

    async def _generate(self, asked: GenerationRequest, send: Send) -> None:
        service = self._service
        thread = service.thread
        strategy = build_stages(asked.chain, thread.engine.plugins).strategy
        async with AsyncExitStack() as held:
            await held.enter_async_context(service.slots.take())
            for name in dict.fromkeys((asked.model, *models_of(strategy).values())):
                choice = ModelChoice(model=name, device=asked.device, dtype=asked.dtype)
                await held.enter_async_context(service.shelf.hold(choice))
            outbox = Outbox(service.mailroom, on_room=partial(thread.post, _nothing))
            run = await thread.call(partial(self._start, asked, outbox))
            id = secrets.token_hex(8)
            service.runs[id] = run
            try:
                await _send_all(outbox, id, send)
            finally:
                # Also when it has ended: then there is nothing to cancel.
                del service.runs[id]
                thread.post(run.cancel)

    def _start(self, asked: GenerationRequest, outbox: Outbox) -> Run:
        """On the engine's thread."""
        thread = self._service.thread
        thread.allow(to_encode(len(asked.prompt)))
        run = Run(thread.engine.start(asked), outbox, self._device_lost)
        thread.follow(run)
        return run

    def _device_lost(self) -> None:
        """On the engine's thread. Whoever asks next needs a process whose device works."""
        service = self._service
        service.loop.call_soon_threadsafe(service.retire, "the device has failed")


async def _send_all(outbox: Outbox, id: str, send: Send) -> None:
    headers = [
        (b"content-type", JSON_LINES.encode()),
        (REQUEST_HEADER.encode(), id.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for events in outbox.batches():
        body = ENCODER.encode_lines(events)
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _nothing() -> None:
    """A job that only wakes the engine's thread, which then looks who can go on."""
