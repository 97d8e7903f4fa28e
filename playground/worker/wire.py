"""HTTP's side of a request: its body read and checked, and its reader noticed when it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive

from playground.api.errors import InvalidInput, PlaygroundError
from playground.protocol.limits import MOST_BODY_BYTES
from playground.protocol.messages import Problem
from playground.protocol.problems import problem_of

T = TypeVar("T")
STATUSES = {
    "InvalidInput": 400,
    "UnknownName": 404,
    "ModelUnavailable": 404,
    "PromptTooLong": 422,
    "WorkerBusy": 429,
    "AnotherWorker": 409,
    "BodyTooLarge": 413,
}


class BodyTooLarge(InvalidInput):
    """A request of more bytes than the session process takes."""


async def read_body(request: Request, kind: type[T]) -> T:
    """The request's body as `kind`. Raises InvalidInput where it is not that, or too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            raise BodyTooLarge(
                f"the request has more than the {MOST_BODY_BYTES // 2**20} MiB that are taken",
                "give a shorter text",
            )
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"the session process cannot take the request: {error}") from None


def json(value: Any, status: int = 200) -> Response:
    """`value` as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def tell_problem(request: Request, error: Exception) -> Response:
    """The answer to a request that cannot be answered."""
    if isinstance(error, PlaygroundError):
        return json(problem_of(error), STATUSES.get(type(error).__name__, 500))
    # The server puts the traceback into the log.
    text = " ".join(str(error).split())
    problem = Problem(
        kind="PlaygroundError",
        message=f"unexpected {type(error).__name__} in the session process: {text}",
        hint="playground worker logs",
        exit_code=1,
    )
    return json(problem, 500)


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns; cancelled, and ClientDisconnect raised, when the reader has gone."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.gather(leaving, working, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
