"""A history of its own for each test, and ways to fill it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playground.session.recording import Place, Recorder
from playground.session.store import History
from tests.history.made_events import Events


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


@pytest.fixture
def history(file: Path) -> Iterator[History]:
    with History(file) as opened:
        yield opened


@pytest.fixture
def record(history: History, events: Events) -> Callable[..., Recorder]:
    """Keep a sequence that says `texts` after `prompt`; in a new session if no other is told."""

    def record(*texts: str, prompt: str = "Once", session: str | None = None) -> Recorder:
        place = Place(history, session)
        recorder = Recorder(place, events.request(place.text + prompt))
        for event in events.whole(*texts):
            recorder.take(event)
        recorder.close()
        assert recorder.problem == ""
        return recorder

    return record
