"""Whether what was said was memorised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output
from playground.session.actions.words import split

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


def memcheck(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session.remembering import against_of, check, shown

    against = against_of(split(given["data"]))
    node = bench.node
    if node is None:
        raise InvalidInput("there is no text to check", "type one, or generate one")
    before = bench.text[: len(bench.text) - len(node.text)]
    cue = before.rpartition("\n")[2]
    told: list[str] = []
    yield Note("looking it up; the first time with this data builds an index", "notice")
    [report] = bench.ask(lambda: check(bench.plugins, [node.text], [cue], against, told.append))
    for line in told:
        yield Note(line, "notice")
    yield from shown(node.text, report)


ACTIONS = (
    Action(
        name="memcheck",
        group="look",
        summary="Whether what this node says was memorised from data: what stands there verbatim.",
        details="The figures stand beside those of human text of the same length: held-out=FILE, or a "
        "tenth of the data, held out by hash. column=NAME and format=KIND say how files are read.",
        arguments=(
            Argument(
                name="data",
                rest=True,
                completer="files",
                help="Files, column=NAME, format=KIND, held-out=FILE.",
            ),
        ),
        run=memcheck,
    ),
)
