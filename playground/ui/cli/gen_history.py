"""How `gen` keeps what it generates, and goes on with a session; without a history it still generates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playground.ui.cli.console import notice, warn

if TYPE_CHECKING:
    from playground.api import GenerationRequest, Prompt
    from playground.config import Settings
    from playground.session.recording import Place, Recorder
    from playground.session.service import EventStream


@contextmanager
def place(settings: Settings, session: str | None) -> Iterator[Place | None]:
    """Where to keep what is generated: in a session, or in a new one; None where it is not kept.

    A history that cannot be opened is told in a line, unless it is to be gone on with.
    """
    from playground.api import InvalidInput

    if not settings.history:
        if session is not None:
            raise InvalidInput("--session needs the history, which is turned off")
        yield None
        return
    from playground.session.recording import Place
    from playground.session.store import History, HistoryUnavailable, history_file

    try:
        # A session that is gone on with is read where nothing can be written, too.
        history = History(history_file(), reading=session is not None)
    except HistoryUnavailable as error:
        if session is not None:
            raise
        _not_saved(error.message)
        yield None
        return
    with history:
        for line in history.notices:
            notice(line)
        yield Place(history, history.session(session).id if session else None)


@contextmanager
def recorded(
    events: EventStream, kept: Place | None, request: GenerationRequest, prompt: Prompt
) -> Iterator[EventStream]:
    """The events, kept as they pass. What could not be kept is told in a line at the end."""
    recorder = _recorder(kept, request, prompt) if kept else None
    if recorder is None:
        yield events
        return
    from playground.session.recording import Recorded

    try:
        with Recorded(events, recorder) as kept_events:
            yield kept_events
    finally:
        if recorder.problem:
            _not_saved(recorder.problem)


def _recorder(kept: Place, request: GenerationRequest, prompt: Prompt) -> Recorder | None:
    from playground.session.recording import Recorder
    from playground.session.store import HistoryUnavailable

    try:
        return Recorder(kept, request, template=prompt.template, variables=prompt.variables)
    except HistoryUnavailable as error:
        _not_saved(error.message)
        return None


def _not_saved(why: str) -> None:
    warn(f"this is not saved in the history: {why}")
