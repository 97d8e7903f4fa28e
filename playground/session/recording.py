"""Keeps a generation in the history while it runs: a node for each sequence, its tokens as they come.

Who shows the events reads them through `Recorded`; that costs it an append a token, the rest is done
by the journal's thread. A history that fails never stops a generation: what went wrong is in
`problem`, for a line at the end.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from playground.api.errors import InvalidInput
from playground.api.events import Event, Finished, Started, Token
from playground.session.ids import new_id
from playground.session.nodes import Node, text_node
from playground.session.store import rows
from playground.session.store.journal import Journal

if TYPE_CHECKING:
    from playground.api.request import GenerationRequest
    from playground.session.service import EventStream
    from playground.session.store import History


class Place:
    """Where a generation goes: after a node of a session, or at the beginning of a new one."""

    def __init__(
        self,
        history: History,
        session: str | None = None,
        *,
        at: tuple[str | None, str] | None = None,
    ) -> None:
        """`at`: a node of the session and its text, where they are known; else where one was last."""
        self.history = history
        self.session = session
        if at is not None:
            self.node, self.text = at
            return
        tree = history.tree(session, tokens=False) if session else None
        self.node = tree.cursor if tree else None
        self.text = tree.text(self.node) if tree else ""


class Recorder:
    """Takes the events of one request. `nodes` is the node of each sequence that has started."""

    def __init__(
        self,
        place: Place,
        request: GenerationRequest,
        *,
        template: str = "",
        variables: dict[str, str] | None = None,
    ) -> None:
        if not request.prompt.startswith(place.text):
            raise InvalidInput("the prompt does not go on from the session's text")
        self.session = place.session or new_id()
        self.nodes: dict[int, str] = {}
        self._place = place
        self._request = request
        self._template = template
        self._variables = variables or {}
        self._statements: list[rows.Statement] = []
        self._said: dict[int, list[Token]] = {}
        self._parent = place.node
        self._run = ""
        self._writer = place.history.writer
        with place.history.told():
            self._journal = Journal(place.history.file, self._drain)

    @property
    def run(self) -> str | None:
        """The run, once a sequence has started."""
        return self._run or None

    @property
    def problem(self) -> str:
        """Why what was said last is not in the history; nothing where all is well."""
        error = self._journal.problem
        return self._place.history.explain(error).message if error else ""

    def take(self, event: Event) -> None:
        """Keep an event, the start and the end of a sequence at once."""
        with self._journal.lock:
            if isinstance(event, Token):
                self._said.setdefault(event.sequence, []).append(event)
            elif isinstance(event, Started):
                self._start(event)
            elif isinstance(event, Finished):
                self._finish(event)
            else:
                return
            self._journal.changed(at_once=isinstance(event, Started))

    def flush(self) -> None:
        """Return when all that was taken is written, or could not be."""
        self._journal.flush()

    def close(self) -> None:
        """Write the rest. A sequence that has not ended was left: it is marked as interrupted."""
        with self._journal.lock:
            left = [rows.node_interrupted(node) for node in self.nodes.values()]
            self._statements = [*self._drain(), *left]
        self._journal.close()

    def _start(self, event: Started) -> None:
        if not self._run:
            self._begin(event)
        node = Node(
            id=new_id(),
            parent=self._parent,
            kind="generated",
            text="",
            created=time.time(),
            run=self._run,
            sequence=event.sequence,
            ended="running",
        )
        self._statements += rows.node_rows(self.session, node)
        if not self.nodes:
            self._statements += rows.cursor_moved(self.session, node.id)
        self.nodes[event.sequence] = node.id

    def _begin(self, event: Started) -> None:
        """What all sequences share: the session, what was typed, the run."""
        now = time.time()
        if self._place.session is None:
            self._statements.append(rows.session_row(self.session, None, now, None))
        if typed := self._request.prompt[len(self._place.text) :]:
            node = text_node(self._parent, typed)
            self._statements += rows.node_rows(self.session, node)
            self._parent = node.id
        self._run = new_id()
        run = rows.started_run(
            self._run,
            event,
            self._request,
            created=now,
            template=self._template,
            variables=self._variables,
        )
        self._statements.append(rows.run_row(run, self._writer))

    def _finish(self, event: Finished) -> None:
        self._statements += self._tokens(event.sequence)
        self._statements.append(rows.node_finished(self.nodes[event.sequence], event))

    def _tokens(self, sequence: int) -> list[rows.Statement]:
        said = self._said.pop(sequence, None)
        return rows.tokens_said(self.nodes[sequence], said) if said else []

    def _drain(self) -> list[rows.Statement]:
        drained, self._statements = self._statements, []
        for sequence in list(self._said):
            drained += self._tokens(sequence)
        return drained


class Recorded:
    """An event stream whose events are kept as they pass. Leaving it writes the rest."""

    def __init__(self, events: EventStream, recorder: Recorder) -> None:
        self.recorder = recorder
        self._events = events

    def __enter__(self) -> Recorded:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.recorder.close()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = next(self._events)
        self.recorder.take(event)
        return event

    def cancel(self) -> None:
        self._events.cancel()
