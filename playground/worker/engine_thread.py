"""The one thread that touches the engine: jobs, and between them ticks for all that runs."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from playground.api.model import LanguageModel
from playground.engine.engine import Engine
from playground.engine.scheduler import Task
from playground.worker import patience
from playground.worker.running import Run, settle

T = TypeVar("T")
log = logging.getLogger(__name__)


class EngineThread:
    """Drives an engine. `call` and `post` may be used from any thread, everything else from its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._inbox: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._runs: list[Run] = []
        self._stopping = False
        self._step: tuple[float, float] | None = None
        """When the step under way began, and how many seconds beyond what any step may it may take."""
        self._parameters: dict[int, int] = {}
        """Of loaded models, by what they are in memory."""
        engine.scheduler.on_read = self._reads
        engine.scheduler.on_turn = self._turns
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End the thread; False where it is still in a step after `timeout` seconds."""
        self.post(self._stop)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def step(self) -> tuple[float, float]:
        """How many seconds it has been in its step, and how many more than any other that may take.

        A step is a read, a task's turn or a job. Both are 0 where it waits for something to do.
        """
        began, allowed = self._step or (time.monotonic(), 0.0)
        return time.monotonic() - began, allowed

    def knows(self, model: LanguageModel, parameters: int) -> None:
        """How large a loaded model is: what a step may take goes by that."""
        self._parameters[id(model)] = parameters

    def allow(self, seconds: float) -> None:
        """The step begins anew, and may take so much longer than any may."""
        self._step = (time.monotonic(), seconds)

    def post(self, job: Callable[[], object]) -> None:
        """Let the thread do `job` before its next tick."""
        self._inbox.put(job)

    async def call(self, job: Callable[[], T]) -> T:
        """What `job` returns or raises, done on the thread before its next tick."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def work() -> None:
            try:
                settle(future, job(), None)
            except Exception as error:
                settle(future, None, error)

        self.post(work)
        return await future

    def follow(self, run: Run) -> None:
        """Collect what `run` says, from now until its end."""
        self._runs.append(run)

    def cancel_all(self) -> None:
        """End every generation; each still says so."""
        for run in self._runs:
            run.cancel()

    def _work(self) -> None:
        try:
            while not self._stopping:
                self._do_jobs()
                # A prompt takes its time: that it is being read is told before.
                self._do(self._collect)
                if self.engine.busy:
                    self._do(self.engine.tick)
                    self._do(self._collect)
        except BaseException:
            # The state of everything that runs is unknown: to begin anew is the way out.
            log.exception("the engine failed")
            logging.shutdown()
            os._exit(1)

    def _do_jobs(self) -> None:
        """All jobs that are there; where nothing runs, wait for one."""
        wait = not self.engine.busy
        while True:
            try:
                job = self._inbox.get(wait)
            except Empty:
                return
            self._do(job)
            wait = False

    def _collect(self) -> None:
        self._runs = [run for run in self._runs if not run.collect()]

    def _do(self, job: Callable[[], object]) -> None:
        self.allow(0)
        job()
        self._step = None

    def _reads(self, model: LanguageModel, tokens: int) -> None:
        self.allow(patience.to_read(self._parameters.get(id(model), 0), tokens))

    def _turns(self, task: Task) -> None:
        self.allow(patience.to_encode(task.characters))

    def _stop(self) -> None:
        self._stopping = True
