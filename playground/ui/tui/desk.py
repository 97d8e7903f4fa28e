"""The thread on which the workbench works, so that nothing it waits for keeps the screen waiting.

Lines of the user come first, one after the other; questions that the screen asks for itself come when there
is nothing else to do, and of several with one name the last one. Whatever comes of either is given to `tell`,
in order. It knows no widget.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.api.errors import PlaygroundError
from playground.api.outputs import CopyText, EditText, Note, Output, Quit
from playground.session.waiting import Stopped

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


@dataclass(frozen=True, eq=False)
class Job:
    """Lines to run; before them the document becomes `document`, where that is one."""

    lines: tuple[str, ...]
    document: str | None = None
    shown: bool = False
    """Whether the user asked to see what comes of it, not only to have it done."""


@dataclass(frozen=True)
class Begun:
    """A job is being done."""

    job: Job


@dataclass(frozen=True)
class Done:
    """A job has been done, however it ended; `failed`: an error was told."""

    job: Job
    failed: bool


@dataclass(frozen=True)
class Answered:
    """What a question of the screen gave; None where it failed, and why where that can be told."""

    name: str
    value: Any
    failure: Note | None = None


Told = Output | Begun | Done | Answered
_Question = Callable[[], Any]


class Desk:
    """Does jobs and answers questions on one thread."""

    def __init__(self, bench: Workbench, tell: Callable[[Told], None]) -> None:
        self._bench = bench
        self._tell = tell
        self._changed = threading.Condition()
        self._jobs: deque[Job] = deque()
        self._questions: dict[str, _Question] = {}
        self._asking = False
        self._closing = False
        self.current: Job | None = None
        """The job that is being done."""
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether a job is being done or waits to be."""
        return self.current is not None or bool(self._jobs)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do and nothing to answer, either."""
        return not (self.busy or self._asking or self._questions)

    def start(self) -> None:
        self._thread.start()

    def do(self, *lines: str, document: str | None = None, shown: bool = False) -> None:
        """Have lines run when those before are done. A question that is being answered is given up."""
        with self._changed:
            self._jobs.append(Job(lines, document, shown))
            if self._asking:
                self._bench.stop()
            self._changed.notify()

    def ask(self, name: str, question: Callable[[], Any]) -> None:
        """Have a question answered when there is time, instead of one of this name that still waits."""
        with self._changed:
            self._questions[name] = question
            self._changed.notify()

    def stop(self) -> bool:
        """End what is being done; False where nothing is."""
        return self.current is not None and self._bench.stop()

    def close(self, document: str | None, patience: float) -> bool:
        """End what is being done, keep `document`, and end; False where that takes longer than `patience`."""
        with self._changed:
            self._jobs.clear()
            self._questions.clear()
            self._closing = True
            if document is not None:
                self._jobs.append(Job((), document))
            self._changed.notify()
        if self.current is not None or self._asking:
            # Twice: nobody waits for a model that hangs.
            self._bench.stop()
            self._bench.stop()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._questions or self._closing)
            if self._jobs:
                job = self.current = self._jobs.popleft()
                return lambda: self._do(job)
            if self._questions:
                self._asking = True
                name = next(iter(self._questions))
                question = self._questions.pop(name)
                return lambda: self._answer(name, question)
            return None

    def _do(self, job: Job) -> None:
        failed = False
        self._tell(Begun(job))
        try:
            if job.document is not None:
                failed = self._line("/edit", job.document, silent=True)
            for line in job.lines:
                failed = failed or self._line(line, None)
        finally:
            with self._changed:
                self.current = None
            self._tell(Done(job, failed))

    def _line(self, line: str, document: str | None, *, silent: bool = False) -> bool:
        """Run a line, whose wish for an edited text is answered with `document`; whether it failed."""
        failed, reply = False, None
        outputs = self._bench.run(line)
        while True:
            try:
                output = outputs.send(reply)
            except StopIteration:
                return failed
            reply = document if isinstance(output, EditText) else None
            told = isinstance(output, Note) and output.kind in ("error", "warning")
            failed = failed or (isinstance(output, Note) and output.kind == "error")
            if told or isinstance(output, CopyText | Quit) or not silent:
                self._tell(output)

    def _answer(self, name: str, question: _Question) -> None:
        value: Any = None
        failure: Note | None = None
        try:
            value = question()
        except Stopped:
            pass  # a line of the user came meanwhile
        except PlaygroundError as error:
            failure = Note(error.message, "error", error.hint)
        except Exception:
            pass  # nobody asked for it by hand: what cannot be told is left out
        finally:
            with self._changed:
                self._asking = False
            self._tell(Answered(name, value, failure))
