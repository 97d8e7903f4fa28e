"""What can be asked of the session process, over HTTP: requests in, events and answers out.

Knows requests and their readers; how long the process lives is not decided here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.api.errors import PlaygroundError
from playground.api.model import LanguageModel
from playground.protocol.messages import IDENTITY_HEADER, Comparing
from playground.protocol.problems import AnotherWorker
from playground.protocol.questions import QUESTIONS, ModelChoice, Question
from playground.worker.generating import Generate
from playground.worker.running import Asked, settle
from playground.worker.service import Service
from playground.worker.wire import json, read_body, tell_problem, while_connected

Endpoint = Callable[[Request], Awaitable[Response]]


def application(service: Service) -> ASGIApp:
    """The session process as an ASGI application."""
    routes = [
        Route("/generate", Generate(service), methods=["POST"]),
        Route("/cancel/{id}", _cancel(service), methods=["POST"]),
        *(Route(kind.path, _ask(service, kind), methods=["POST"]) for kind in QUESTIONS),
        Route("/compare-dtypes", _compare(service), methods=["POST"]),
        Route("/models", _models(service)),
        Route("/load", _load(service), methods=["POST"]),
        Route("/unload", _unload(service), methods=["POST"]),
        Route("/status", _status(service)),
        Route("/stop", _end(service.stop), methods=["POST"]),
        Route("/retire", _end(service.retire), methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {
        PlaygroundError: tell_problem,
        ClientDisconnect: _tell_nobody,
        Exception: tell_problem,
    }
    return Identified(Starlette(routes=routes, exception_handlers=handlers), service.identity)


class Identified:
    """Answers only those who need this very program; about the process itself, everybody."""

    FOR_ALL = ("/status", "/models", "/stop", "/retire")

    def __init__(self, app: ASGIApp, identity: str) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = Headers(scope=scope).get(IDENTITY_HEADER) if scope["type"] == "http" else None
        if scope["path"] in self.FOR_ALL or wanted == self._identity:
            await self._app(scope, receive, send)
            return
        other = AnotherWorker("the program has changed since the session process was started")
        response = await tell_problem(Request(scope), other)
        await response(scope, receive, send)


def _cancel(service: Service) -> Endpoint:
    async def cancel(request: Request) -> Response:
        run = service.runs.get(request.path_params["id"])
        if run is not None:
            service.thread.post(run.cancel)
        return json({"cancelled": run is not None})

    return cancel


def _ask(service: Service, kind: type[Question[Any]]) -> Endpoint:
    async def ask(request: Request) -> Response:
        question = await read_body(request, kind)
        return json(await while_connected(request.receive, _answer(service, question)))

    return ask


async def _answer(service: Service, question: Question[Any]) -> Any:
    async with service.slots.take(), service.shelf.hold(question) as model:
        return await _asked(service, model, question)


async def _asked(service: Service, model: LanguageModel, question: Question[Any]) -> Any:
    thread = service.thread
    answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    done = partial(settle, answered)
    asked = await thread.call(lambda: Asked(thread.engine, model, question, done))
    try:
        return await answered
    finally:
        thread.post(asked.cancel)


def _compare(service: Service) -> Endpoint:
    async def compare(request: Request) -> Response:
        asked = await read_body(request, Comparing)
        async with service.slots.take():
            return json(await while_connected(request.receive, service.shelf.compare(asked)))

    return compare


def _models(service: Service) -> Endpoint:
    async def models(request: Request) -> Response:
        return json(await service.shelf.models())

    return models


def _load(service: Service) -> Endpoint:
    async def load(request: Request) -> Response:
        choice = await read_body(request, ModelChoice)
        async with service.slots.take(), service.shelf.hold(choice):
            return json(None)

    return load


def _unload(service: Service) -> Endpoint:
    async def unload(request: Request) -> Response:
        choice = await read_body(request, ModelChoice)
        await service.shelf.unload(choice.model)
        return json(None)

    return unload


def _status(service: Service) -> Endpoint:
    async def status(request: Request) -> Response:
        return json(service.status())

    return status


def _end(end: Callable[[str], None]) -> Endpoint:
    async def ending(request: Request) -> Response:
        end(f"asked to {request.url.path.strip('/')}")
        return json(None)

    return ending


async def _tell_nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=499)
