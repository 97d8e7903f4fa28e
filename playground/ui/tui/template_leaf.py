"""What the screen of templates reads, on the desk's thread: rows, and the page of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playground.api.errors import PlaygroundError
from playground.api.outputs import Note, Output, Passage, Piece, facts, plain
from playground.api.template import INPUT, Prompt, Template
from playground.protocol.problems import WorkerGone
from playground.session.prompts import Entry
from playground.session.render import render
from playground.session.shown_path import shown_path
from playground.session.template_facts import facts_of
from playground.ui.tui.screens.browse import Row
from playground.ui.tui.source import Source, source_of

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

LINE = re.compile(r":(\d+): ")
"""Where the error of a file says on which line it is."""


def rows(bench: Workbench) -> list[Row]:
    """Every template; one that cannot be read says why in the place of what it is."""
    return [
        Row(name, (name, _what(entry), shown_path(entry.origin)), name == bench.choices.template)
        for name, entry in bench.session.prompts.entries().items()
    ]


def leaf(
    bench: Workbench, name: str, document: str, *, ask_model: bool
) -> Iterator[Output | Source]:
    """What is wrong with it, what it is, how it looks filled with `document`, and its source.

    Raises WorkerGone at its end where the session process was lost that had to look at the prompt.
    """
    entry = bench.session.prompts.entries()[name]
    try:
        template = entry.load()
    except PlaygroundError as fault:
        told = fault.message.replace(entry.origin, shown_path(entry.origin))
        yield Note(told, "error", fault.hint)
        yield from _source(entry, _line_of(fault.message))
        return
    hides = tuple(map(shown_path, entry.hides))
    yield facts(facts_of(template, replace(entry, origin=shown_path(entry.origin), hides=hides)))
    yield _heading("Filled with the text")
    prompt, waiting = _filled(bench, template, document)
    yield plain(prompt.text)
    for name in waiting:
        how = "what is written fills it" if name == INPUT else f"/p {name}=…"
        yield Note(f"{{{{{name}}}}} is not filled yet", "notice", how)
    warnings, lost = _lint(bench, prompt) if ask_model and not waiting else ([], None)
    yield from warnings
    if isinstance(entry.source, Path):
        yield _heading("Source")
        yield from _source(entry, None)
    if lost is not None:
        raise lost


def _filled(bench: Workbench, template: Template, document: str) -> tuple[Prompt, list[str]]:
    """The prompt, and the places in it that still have to be filled."""
    # What was chosen holds for the template that is chosen.
    chosen = bench.choices.template == template.name
    values, shots = (bench.choices.variables, bench.choices.shots) if chosen else ({}, None)
    given = dict(values)
    if document and INPUT in template.accepts:
        given[INPUT] = document
    waiting = [
        name
        for name, about in template.accepts.items()
        if about.default is None and name not in given
    ]
    shown = given | {name: f"{{{{{name}}}}}" for name in waiting}
    return render(template, shown, shots=shots), waiting


def _lint(bench: Workbench, prompt: Prompt) -> tuple[list[Note], WorkerGone | None]:
    """What is doubtful about a prompt, or that nobody could say."""
    tokens = prompt.max_tokens if prompt.max_tokens is not None else bench.max_tokens
    try:
        found = bench.ask(lambda: bench.session.lint(prompt, tokens))
    except WorkerGone as lost:
        return [], lost
    return [Note(warning.message, "warning", warning.hint) for warning in found], None


def _source(entry: Entry, marked: int | None) -> Iterator[Source | Note]:
    assert isinstance(entry.source, Path), "a plugin's template has no file"
    language = "toml" if entry.source.suffix == ".toml" else "text"
    try:
        text = entry.source.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        yield Note(f"{shown_path(entry.source)}: {error.strerror}", "error")
        return
    yield source_of(text, language, marked)


def _what(entry: Entry) -> str:
    try:
        return entry.load().description
    except PlaygroundError as fault:
        return f"▲ {fault.message.removeprefix(entry.origin).lstrip(':')}"


def _line_of(message: str) -> int | None:
    found = LINE.search(message)
    return int(found.group(1)) if found else None


def _heading(text: str) -> Passage:
    return Passage((Piece(f"\n{text}", "bold"),))
