"""Backends that know a folder by its `model_type`, folders in every layout, and a stand-in for the hub."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from playground.api import LanguageModel, ModelCard, Tokenizer
from playground.engine.hub_cache import repository_folder

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class TypedBackend:
    """Recognises one `model_type`; loads nothing."""

    def __init__(self, name: str, options: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.name = name
        self.options = options or {}

    def recognises(self, config: Mapping[str, Any]) -> bool:
        return config.get("model_type") == self.name

    def card(self, folder: Path) -> ModelCard:
        raise NotImplementedError

    def tokenizer(self, folder: Path, **options: str) -> Tokenizer:
        raise NotImplementedError

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> LanguageModel:
        raise NotImplementedError


@pytest.fixture
def backends() -> list[TypedBackend]:
    return [TypedBackend("gpt", {"dialect": ("hf", "openai")}), TypedBackend("rnn")]


MakeModel = Callable[..., Path]


@pytest.fixture
def make_model() -> MakeModel:
    """A model folder: `make_model(folder, kind="gpt", files=("model.safetensors",))`."""

    def make(
        folder: Path, kind: str = "gpt", files: tuple[str, ...] = ("model.safetensors",)
    ) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps({"model_type": kind}))
        for name in files:
            (folder / name).touch()
        return folder

    return make


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def make_download(cache: Path, make_model: MakeModel) -> MakeModel:
    """A repository in the hub's cache, marked as the main version unless told otherwise."""

    def make(repository: str, commit: str = COMMIT, main: bool = True, **model: Any) -> Path:
        base = repository_folder(cache, repository)
        if main:
            (base / "refs").mkdir(parents=True)
            (base / "refs" / "main").write_text(commit)
        return make_model(base / "snapshots" / commit, **model)

    return make


SHA = "89abcdef0123456789abcdef0123456789abcdef"
RESOLVE = re.compile(r"/lab/tiny/resolve/[^/]+/(?P<name>[^?]+)")
WEIGHTS = b"".join(hashlib.sha256(bytes([i])).digest() for i in range(256)) * 256  # 2 MB


@dataclass
class HubServer:
    """The hub's interface on this machine's loopback.

    `files` of the repository lab/tiny; `refuse` answers everything with a status and an error code.

    `drop` ends as many downloads of weights as it says after half of what was asked for.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    refuse: tuple[int, str] | None = None
    refuse_files: tuple[int, str] | None = None
    drop: int = 0
    ignore_ranges: bool = False
    lie: bytes = b""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def start(self) -> str:
        hub = self

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that is interrupted is what the tests are about."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            def do_HEAD(self) -> None:
                hub.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fetched(self, name: str) -> list[str | None]:
        """The `Range` of every GET of a file."""
        return [
            span for method, path, span in self.requests if method == "GET" and path.endswith(name)
        ]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append((request.command, request.path, request.headers.get("Range")))
        path = request.path.partition("?")[0]
        if self.refuse:
            self._error(request, *self.refuse)
        elif path.startswith("/api/models/lab/tiny/tree/"):
            self._json(request, [self._tree_entry(name) for name in self.files])
        elif path.startswith("/api/models/lab/tiny"):
            self._json(request, self._info())
        elif (match := RESOLVE.fullmatch(path)) and match["name"] in self.files:
            self._file(request, match["name"])
        else:
            self._error(request, 404, "RepoNotFound")

    def _file(self, request: BaseHTTPRequestHandler, name: str) -> None:
        if self.refuse_files:
            return self._error(request, *self.refuse_files)
        data = self.lie or self.files[name]
        headers = {"ETag": f'"{self._content(name)}"', "X-Repo-Commit": SHA}
        span = request.headers.get("Range")
        start = int(span.removeprefix("bytes=").partition("-")[0]) if span else 0
        if self.ignore_ranges:
            start = 0
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        self._head(request, 206 if start else 200, headers | {"Content-Length": str(len(body))})
        if request.command == "HEAD":
            return None
        if self.drop and name.endswith(".safetensors"):
            self.drop -= 1
            body = body[: len(body) // 2]
            request.close_connection = True
        request.wfile.write(body)
        return None

    def _content(self, name: str) -> str:
        data = self.files[name]
        if name.endswith(".safetensors"):
            return hashlib.sha256(data).hexdigest()
        return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()

    def _lfs(self, name: str, key: str) -> dict[str, Any]:
        if not name.endswith(".safetensors"):
            return {}
        size = len(self.files[name])
        return {"lfs": {key: self._content(name), "size": size, "pointerSize": 134}}

    def _info(self) -> dict[str, Any]:
        siblings = [
            {
                "rfilename": name,
                "size": len(data),
                "blobId": self._content(name)[:40],
                **self._lfs(name, "sha256"),
            }
            for name, data in self.files.items()
        ]
        return {"id": "lab/tiny", "modelId": "lab/tiny", "sha": SHA, "siblings": siblings}

    def _tree_entry(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        entry = {"type": "file", "path": name, "size": len(data), "oid": self._content(name)[:40]}
        return entry | self._lfs(name, "oid")

    def _json(self, request: BaseHTTPRequestHandler, value: Any) -> None:
        body = json.dumps(value).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self._head(request, 200, headers)
        if request.command == "GET":
            request.wfile.write(body)

    def _error(self, request: BaseHTTPRequestHandler, status: int, code: str) -> None:
        self._head(request, status, {"X-Error-Code": code, "Content-Length": "0"})

    def _head(
        self, request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]
    ) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()


@pytest.fixture
def hub() -> HubServer:
    """A hub with one repository, lab/tiny."""
    files = {"config.json": b'{"model_type": "gpt"}', "tokenizer.json": b"{}"}
    return HubServer(files | {"model.safetensors": WEIGHTS})


@pytest.fixture
def endpoint(hub: HubServer) -> Iterator[str]:
    """The address of the hub."""
    yield hub.start()
    hub.stop()
