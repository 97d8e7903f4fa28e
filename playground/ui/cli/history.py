"""What the commands on the history share: opening it, and how its values are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from playground.ui.cli.console import notice

if TYPE_CHECKING:
    from playground.session.store import History, SessionInfo

SHOWN = 60
"""Characters of a text in a table."""


@contextmanager
def opened(*, reading: bool = False) -> Iterator[History]:
    """The history; `reading`: it is only looked at. Raises HistoryUnavailable where it cannot be used."""
    from playground.session.store import History, history_file

    with History(history_file(), reading=reading) as history:
        for line in history.notices:
            notice(line)
        yield history


def moment(seconds: float) -> str:
    """A moment of local time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def shortened(text: str) -> str:
    """The beginning of a text, with … where it goes on."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def named(session: SessionInfo) -> str:
    """A session as a message calls it."""
    return f"session {session.name or session.id}"


def _complete(
    words: Callable[[History], list[str]],
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """A shell's prompt is no place for an error, nor is asking a reason to make a database."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from playground.session.store import History, history_file

        try:
            if not history_file().exists():
                return []
            with History(history_file(), reading=True) as history:
                found = words(history)
        except Exception:
            return []
        return [CompletionItem(word) for word in found if word.startswith(incomplete)]

    return complete


sessions = _complete(lambda h: ["last", *(s.name or s.id for s in h.sessions())])
deleted_sessions = _complete(lambda h: [s.name or s.id for s in h.sessions(deleted=True)])
