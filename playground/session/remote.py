"""The session process's side of a session: it is reached, started, watched and, where need be, replaced.

Imports neither numpy nor torch, nor anything of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

from playground.api.errors import PlaygroundError
from playground.api.request import GenerationRequest
from playground.api.results import Comparison, LoadedModel
from playground.config import Settings
from playground.protocol.identity import identity_of
from playground.protocol.messages import IDENTITY_HEADER, Comparing, Problem
from playground.protocol.problems import AnotherWorker, WorkerGone, error_of
from playground.protocol.questions import ModelChoice, Question
from playground.session.exchange import Exchange, Head
from playground.session.launch import Launcher
from playground.session.remote_stream import RemoteStream
from playground.session.service import EventStream, EventStreams
from playground.session.together import Together
from playground.session.watch import Watched

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog
    from playground.plugins import Plugins

A = TypeVar("A")
Named = TypeVar("Named", bound=ModelChoice | GenerationRequest | Comparing)
MOST_REPLACED = 2
"""Times that a process of another program is replaced for one request."""


class Remote:
    """Answers from the session process of `settings`."""

    remote: ClassVar[bool] = True

    def __init__(
        self,
        settings: Settings,
        tell: Callable[[str], None],
        locate: Callable[[str], str],
        locate_chain: Callable[[str], str] = lambda chain: chain,
    ) -> None:
        """`tell` is given a line for the user when the process had to be replaced; `locate` makes of a
        model's name one that is understood from any folder, `locate_chain` of a chain that names some.

        Raises WorkerUnusable where there can be no such process.
        """
        self.launcher = Launcher(settings, tell)
        self._settings = settings
        self._identity = ""
        """The program that this front end runs: that of the disk when it was first asked about."""
        self._tell = tell
        self._locate = locate
        self._locate_chain = locate_chain

    def generate(self, request: GenerationRequest) -> EventStream:
        return RemoteStream(self, request)

    def generate_all(self, requests: Sequence[GenerationRequest]) -> EventStreams:
        return Together(self.generate, requests)

    def ask(self, question: Question[A]) -> A:
        answer: A = self.call(question.path, self.located(question), question.answer)
        return answer

    def compare_dtypes(self, model: str, device: str, text: str) -> Comparison:
        asked = Comparing(model=model, device=device, text=text)
        compared: Comparison = self.call("/compare-dtypes", self.located(asked), Comparison)
        return compared

    def models(self) -> list[LoadedModel]:
        """What the process has loaded."""
        models: list[LoadedModel] = self.call("/models", None, list[LoadedModel])
        return models

    def adopt(self, plugins: Plugins, catalog: Catalog, *, whole: bool) -> None:
        """A process that runs another program than is on the disk is replaced at the next request.

        Where what is on the disk cannot be used, the process is kept that has what was there before.
        """
        if whole:
            self._identity = ""

    def load(self, choice: ModelChoice) -> None:
        """Have a model loaded, and return when it is."""
        self.call("/load", self.located(choice), None)

    def unload(self, choice: ModelChoice) -> None:
        """Have a model let go of. Raises UnknownName, and InvalidInput for one in use."""
        self.call("/unload", self.located(choice), None)

    def call(self, path: str, value: Any, kind: Any) -> Any:
        """What the process answers at `path` to `value` (None: nothing is sent), as `kind`."""
        return self.repeated(lambda: self._call(path, value, kind))

    def repeated(self, attempt: Callable[[], A]) -> A:
        """What `attempt` returns; made once more where the process was gone, which is told."""
        gone: WorkerGone | None = None
        replaced = 0
        while True:
            try:
                return attempt()
            except WorkerGone as error:
                if gone is not None:
                    raise
                gone = error
                self.tell_gone(error)
            except AnotherWorker as error:
                if replaced == MOST_REPLACED:
                    raise
                replaced += 1
                if self._renewed():
                    continue  # another front end has started the program as it is now
                self.tell_gone(error)
                self._retire()

    def tell_gone(self, why: PlaygroundError) -> None:
        """Tell the user, in a line, that the process is replaced."""
        self._tell(f"{why.message}; a new one is started")
        self.launcher.mourned = True

    def located(self, asked: Named) -> Named:
        """A request whose models are understood from any folder."""
        if isinstance(asked, GenerationRequest):
            asked = msgspec.structs.replace(asked, chain=self._locate_chain(asked.chain))
        return msgspec.structs.replace(asked, model=self._locate(asked.model))

    def begin(self, path: str, value: Any) -> tuple[Watched, Head]:
        """Send a request and wait for the head of its answer.

        Raises the error that the process answers with, WorkerGone and AnotherWorker.
        """
        watched = self._watched(path, value)
        try:
            head = watched.head()
            if head.status != 200:
                raise _error(watched.rest())
        except BaseException:
            watched.close()
            raise
        return watched, head

    def post(self, path: str) -> Exchange | None:
        """Tell the process something, if there is one: its answer is the caller's to wait for."""
        connected = self.launcher.reach()
        return Exchange(connected, "POST", path, headers=self._headers()) if connected else None

    def _call(self, path: str, value: Any, kind: Any) -> Any:
        watched, _ = self.begin(path, value)
        try:
            return msgspec.json.decode(watched.rest(), type=kind)
        finally:
            watched.close()

    def _watched(self, path: str, value: Any) -> Watched:
        body = b"" if value is None else msgspec.json.encode(value)
        headers = self._headers()
        connected = self.launcher.connect()
        exchange = Exchange(connected, "POST" if body else "GET", path, body, headers)
        return Watched(
            exchange,
            self.launcher,
            hang_seconds=self._settings.worker_hang_seconds,
            silent_seconds=self._settings.worker_silent_seconds,
        )

    def _headers(self) -> Mapping[str, str]:
        if not self._identity:
            self._renewed()
        return {IDENTITY_HEADER: self._identity}

    def _renewed(self) -> bool:
        """Ask for the program as it is on the disk; whether it is another one than before."""
        before, self._identity = self._identity, identity_of(self._settings.plugin_folders)
        return self._identity != before

    def _retire(self) -> None:
        """Have a process of another program leave its address; what it answers is not cut short."""
        exchange = self.post("/retire")
        if exchange is None:
            return
        head = exchange.take(timeout=self._settings.worker_silent_seconds)
        exchange.close()
        if not isinstance(head, Head) or head.status != 200:
            self.launcher.kill()


def _error(body: bytes) -> Exception:
    try:
        return error_of(msgspec.json.decode(body, type=Problem))
    except msgspec.DecodeError:
        text = body.decode(errors="replace")
        return WorkerGone(f"the session process answered {text!r}", "playground worker logs")
