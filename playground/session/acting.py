"""What comes of a typed line: it is understood, done, recorded, and what goes wrong with it is told.

Nothing that an action raises gets past here: a fault of a plugin must not end a session.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

from playground.api.errors import PlaygroundError
from playground.api.outputs import Note, Output
from playground.session.actions.line import Called, parse
from playground.session.actions.table import BUILT_IN
from playground.session.going_on import go_on
from playground.session.transcript import Said, typed_instead

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

Outputs = Generator[Output, Any, None]


def run(bench: Workbench, line: str) -> Outputs:
    """The outputs of a line, which go into the transcript that is being recorded, if one is."""
    outputs = guarded(bench, lambda: _act(bench, line))
    recording = bench.recording
    if recording is None or bench.running:
        # What a line that is recorded runs, such as /run, is part of its outcome.
        yield from outputs
        return
    said, reply = Said(), None
    bench.running = True
    try:
        while True:
            try:
                output = outputs.send(reply)
            except StopIteration:
                break
            said.take(output)
            reply = yield output
            line = typed_instead(line, output, reply)
    finally:
        bench.running = False
    if bench.recording is recording:
        recording.write(line, said.text())


def guarded(bench: Workbench, act: Callable[[], Iterable[Output] | None]) -> Outputs:
    """The outputs of `act`; an error is an output, too."""
    try:
        outputs = act()
        if outputs is not None:
            yield from outputs
    except PlaygroundError as error:
        yield from bench.told()
        yield Note(error.message, "error", error.hint)
    except Exception as error:
        from playground.plugins import one_line

        yield Note(f"unexpected {one_line(error)}", "error", "a fault of the program or a plugin")
    yield from bench.told()


def _act(bench: Workbench, line: str) -> Iterable[Output] | None:
    name = line[1:].partition(" ")[0]
    # Plugins are not waited for where they cannot matter.
    needed = line.startswith("/") and name not in BUILT_IN
    meant = parse(line, bench.actions if needed else BUILT_IN)
    if isinstance(meant, Called):
        return meant.action.run(bench, meant.arguments)
    return go_on(bench, meant.text)
