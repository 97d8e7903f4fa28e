"""The history: earlier sessions found, loaded, named, exported."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import CopyText, Note, Output, Table
from playground.session.actions.tree import here

if TYPE_CHECKING:
    from playground.session.export.document import Document
    from playground.session.workbench import Workbench

FORMATS = ("md", "json", "jsonl", "html", "csv")
MATCHES = 20


def new(bench: Workbench, _: Arguments) -> Iterator[Output]:
    bench.begin()
    yield Note("a new session; the one before stays in the history", "notice")


def save(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if not len(bench.tree):
        raise InvalidInput("there is nothing to save yet", "type a text")
    name = (given["name"] or "").strip() or None
    bench.tree = bench.keeper.save(bench.tree, name)
    called = f" as {name}" if name else ""
    yield Note(f"saved{called}; /load {name or 'last'} goes on with it", "notice")


def load(bench: Workbench, given: Arguments) -> Iterator[Output]:
    bench.resume(given["session"].strip())
    yield from here(bench)


def search(bench: Workbench, given: Arguments) -> Iterator[Output]:
    found = bench.keeper.readable.search(given["words"], MATCHES)
    if not found:
        yield Note("nothing was found", "notice")
        return
    rows = tuple(
        (m.session_name or m.session, m.kind, _moment(m.created), m.excerpt) for m in found
    )
    yield Table(("session", "kind", "made", "text"), rows)


def export(bench: Workbench, given: Arguments) -> Iterator[Output]:
    file = Path(given["file"]).expanduser()
    form = given["format"] or file.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise InvalidInput(
            f"{file.name} does not say its form",
            f"name it .{', .'.join(FORMATS)}, or give the form",
        )
    from playground.session.export import FORMATS as TO

    text = TO[form](document_of(bench))
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise InvalidInput(
            f"cannot write {file}: {error.strerror}", "choose another name"
        ) from None
    yield Note(f"written: {file}", "notice")


def document_of(bench: Workbench) -> Document:
    """What is exported: the session as it is in the history, or as it is here where it is not kept."""
    from playground.session.export.document import Document
    from playground.session.store import SessionInfo

    if bench.keeper.session is not None and bench.keeper.saved:
        history = bench.keeper.readable
        return Document.of(history, history.session(bench.keeper.session))
    nodes = list(bench.tree.walk())
    if not nodes:
        raise InvalidInput("there is nothing to export yet", "type a text")
    begun = nodes[0][1].created
    info = SessionInfo(
        id=nodes[0][1].id,
        name=None,
        created=begun,
        cursor=bench.tree.cursor,
        forked_from=None,
        deleted=None,
        nodes=len(nodes),
        used=nodes[-1][1].created,
        beginning=nodes[0][1].text,
    )
    return Document(info, nodes, {})


def copy(bench: Workbench, _: Arguments) -> Iterator[Output]:
    text = bench.text
    yield CopyText(text)
    yield Note(f"{len(text):,} characters copied", "notice")


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


ACTIONS = (
    Action(name="new", group="history", summary="Begin a new, empty session.", run=new),
    Action(
        name="save",
        group="history",
        summary="Give this session a name; it is kept without one, too.",
        arguments=(Argument(name="name", optional=True, rest=True, help="A name for it."),),
        run=save,
    ),
    Action(
        name="load",
        group="history",
        summary="Go on with an earlier session.",
        arguments=(
            Argument(
                name="session", completer="sessions", rest=True, help="Its name, its id, or last."
            ),
        ),
        run=load,
    ),
    Action(
        name="search",
        group="history",
        summary="Find words in all that was typed and generated.",
        arguments=(Argument(name="words", rest=True, help='Words, or "a phrase" in quotes.'),),
        run=search,
    ),
    Action(
        name="export",
        group="history",
        summary="Write this session as a file.",
        arguments=(
            Argument(name="file", completer="files", help="A file that is not there yet."),
            Argument(
                name="format", choices=FORMATS, optional=True, help="Else that of the file's name."
            ),
        ),
        run=export,
    ),
    Action(name="copy", group="history", summary="Copy the text to the clipboard.", run=copy),
)
