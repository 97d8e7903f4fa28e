"""A process for each engine, kept warm and asked over a pipe, so that no engine's threads disturb another's.

Several OpenMP runtimes in one process slow each other by half; here only the engine that is asked computes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from playground.api.errors import PlaygroundError
from playground.bench.plan import Probe

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class EngineFailed(PlaygroundError):
    """An engine could not be made, or failed at what it was asked."""


class Worker:
    """One engine in its process."""

    def __init__(self, engine: str, options: Mapping[str, Any], threads: int) -> None:
        """Start it. Raises EngineFailed where the engine cannot be made, naming why."""
        self._engine = engine
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, engine, dict(options), threads), daemon=True
        )
        self._process.start()
        theirs.close()
        self._receive()

    @property
    def alive(self) -> bool:
        """Whether the process is there to be asked."""
        return self._process.is_alive()

    def ask(self, measure: str, arguments: Mapping[str, Any]) -> float:
        """What the engine's method `measure` returns: seconds. Raises EngineFailed."""
        self._pipe.send((measure, dict(arguments)))
        seconds = self._receive()
        if not isinstance(seconds, float):
            raise EngineFailed(f"{self._engine}.{measure} returned {seconds!r}, not seconds")
        return seconds

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _receive(self) -> object:
        try:
            answer, failure = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            raise EngineFailed(
                f"the process of {self._engine} ended with {self._process.exitcode}",
                "is there enough memory?",
            ) from None
        if failure:
            raise EngineFailed(f"{self._engine}: {failure}")
        return answer


class Pool:
    """Workers by engine and options, each started when it is first asked and ended with the pool."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._workers: dict[tuple[str, str], Worker] = {}

    def ask(self, probe: Probe) -> float:
        """Seconds for one item. Raises EngineFailed."""
        key = (probe.engine, repr(sorted(probe.options.items())))
        if key not in self._workers or not self._workers[key].alive:
            self._workers[key] = Worker(probe.engine, probe.options, self.threads)
        return self._workers[key].ask(probe.measure, probe.arguments)

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()


def threads_given() -> int:
    """How many threads this process was told to compute with: for engines that do not look themselves."""
    return int(os.environ[THREAD_VARIABLES[0]])


def serve(pipe: Connection, engine: str, options: dict[str, Any], threads: int) -> None:
    """The worker's own side: make the engine, then answer until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-c is the asking process's to handle
    os.dup2(2, 1)  # what libraries print must not mix with a report on stdout
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    module, _, name = engine.partition(":")
    made, failure = _tried(lambda: getattr(import_module(module), name)(**options))
    pipe.send((None, failure))
    while not failure:
        try:
            measure, arguments = pipe.recv()
        except EOFError:
            return
        pipe.send(_tried(partial(_call, made, measure, arguments)))


def _call(engine: object, measure: str, arguments: Mapping[str, Any]) -> object:
    return getattr(engine, measure)(**arguments)


def _tried(action: Callable[[], Any]) -> tuple[Any, str | None]:
    """What `action` returns, or in one line why it failed."""
    try:
        return action(), None
    except Exception as error:
        return None, f"{type(error).__name__}: {' '.join(str(error).split())}"
