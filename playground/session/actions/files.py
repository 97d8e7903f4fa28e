"""Files: transcripts that run again, presets, parameters of other engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output, Table
from playground.session import presets, transcript
from playground.session.waiting import Stopped

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

OFF = "off"


def record(bench: Workbench, given: Arguments) -> Iterator[Output]:
    name = given["file"]
    if name == OFF:
        if bench.recording is None:
            raise InvalidInput("nothing is being recorded", "/record FILE begins")
        bench.recording.close()
        file, bench.recording = bench.recording.file, None
        yield Note(f"recorded: {file} (playground run FILE runs it again)", "notice")
        return
    if bench.recording is not None:
        raise InvalidInput(f"{bench.recording.file} is being recorded", f"/record {OFF} ends it")
    bench.recording = transcript.begin(bench, name)
    yield Note(f"recording from an empty text on, seed {bench.choices.seed}", "notice")


def run(bench: Workbench, given: Arguments) -> Iterator[Output]:
    file = given["file"].strip()
    steps = transcript.read(file)
    stops = bench.stops
    for step in steps:
        if bench.stops != stops:
            raise Stopped
        yield Note(f"> {step.line}", "notice")
        said = transcript.Said()
        for output in bench.run(step.line):
            said.take(output)
            yield output
        if step.expected is not None and said.text() != step.expected:
            difference = transcript.difference(step, said.text())
            raise InvalidInput(f"{file}:{step.number}: the outcome differs", difference)


def preset(bench: Workbench, given: Arguments) -> Iterator[Output]:
    verb, name = given["name"], given["save_as"]
    if verb == "list" and name is None:
        rows = tuple((name, ", ".join(presets.read(name))) for name in presets.names())
        if not rows:
            yield Note("there is no preset yet: /preset save NAME", "notice")
            return
        yield Table(("preset", "sets"), rows)
    elif verb == "save":
        if name is None:
            raise InvalidInput("a preset needs a name", "/preset save NAME")
        file = presets.save(name, bench.choices)
        yield Note(f"saved: {file}", "notice")
    elif name is not None:
        raise InvalidInput(f"/preset does not take {name!r} after {verb!r}", "/preset save NAME")
    else:
        values = presets.read(verb)
        bench.choose(**values)
        yield Note(f"{verb}: {', '.join(values)}", "notice")


def import_parameters(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session.importing.orders import chain_of
    from playground.session.importing.reading import read_file

    parameters = read_file(Path(given["file"]).expanduser())
    chain, left_out = chain_of(parameters, bench.plugins, given["order"])
    settings = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.settings.items()
    }
    bench.choose(chain=chain, **settings)
    yield Note(bench.chain, "text")
    for name, value in settings.items():
        yield Note(f"{name}: {value}", "notice")
    for each in left_out:
        yield Note(str(each), "warning")


ACTIONS = (
    Action(
        name="record",
        group="files",
        summary="Record what is typed and what comes of it, as a transcript that runs again.",
        arguments=(
            Argument(name="file", completer="files", help=f"A new file, or {OFF} to end it."),
        ),
        run=record,
    ),
    Action(
        name="run",
        group="files",
        summary="Run a transcript here and compare.",
        arguments=(Argument(name="file", completer="files", rest=True, help="A .play file."),),
        run=run,
    ),
    Action(
        name="preset",
        group="files",
        summary="Keep the settings under a name, or take kept ones.",
        arguments=(
            Argument(name="name", completer="presets", help="save, list, or a preset."),
            Argument(name="save_as", optional=True, help="After save: the name."),
        ),
        run=preset,
    ),
    Action(
        name="import",
        group="files",
        summary="Take the parameters of another engine from a file, as a chain and settings.",
        arguments=(
            Argument(
                name="file",
                completer="files",
                help="generation_config.json, a YAML preset, an OpenAI-style request, llama.cpp's flags.",
            ),
            Argument(
                name="order",
                choices=("hf", "llamacpp", "webui", "kobold"),
                optional=True,
                help="The engine in whose order the samplers stand; else the file's own.",
            ),
        ),
        run=import_parameters,
    ),
)
