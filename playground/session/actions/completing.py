"""What can come next on a line: commands, what they take, and the values of that.

A completion that fails offers nothing: a prompt is no place for an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from playground.api.actions import Action, Argument
from playground.api.errors import PlaygroundError
from playground.api.options import summary_of
from playground.session import choices, presets
from playground.session.actions.chain_words import chain_words
from playground.session.actions.line import find
from playground.session.actions.words import quoted, take_word

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

NODES = 200
"""Most nodes that are offered, the newest ones."""
SNIPPET = 40


class Completion(msgspec.Struct, frozen=True):
    """A text that could stand from `start` on instead of what stands there."""

    text: str
    start: int
    help: str = ""


Words = Iterable[tuple[str, str]]
"""Whole words and what each of them is."""


def completions(bench: Workbench, line: str) -> list[Completion]:
    """What could complete `line`, which ends where the cursor is."""
    try:
        if line.startswith("@") and not line.startswith("@@"):
            return _matching(files(line[1:]), line[1:], 1)
        if not line.startswith("/") or line.startswith("//"):
            return []
        name, space, rest = line[1:].partition(" ")
        if not space:
            named = ((a.name, a.summary) for a in _different(bench))
            return _matching(named, name, 1)
        action = find(name, bench.actions)
        return _of_arguments(bench, action.arguments, rest, len(line) - len(rest))
    except (PlaygroundError, OSError):
        return []


def _different(bench: Workbench) -> Iterable[Action]:
    return {action.name: action for action in bench.actions.values()}.values()


def _of_arguments(
    bench: Workbench, arguments: tuple[Argument, ...], rest: str, start: int
) -> list[Completion]:
    """Complete the argument in which the text ends; those before it are whole words."""
    before: list[str] = []
    for argument in arguments:
        rest_start = start + len(rest) - len(rest.lstrip())
        typed = rest.lstrip()
        if argument.rest:
            return _of_one(bench, argument, typed, rest_start, before)
        whole = typed and (" " in typed)
        if not whole:
            return _of_one(bench, argument, typed, rest_start, before)
        word, rest = take_word(typed)
        start = rest_start + len(typed) - len(rest)
        before.append(word)
    return []


def _of_one(
    bench: Workbench, argument: Argument, typed: str, start: int, before: list[str]
) -> list[Completion]:
    if argument.completer == "chain":
        return [Completion(t, start + at, h) for t, at, h in chain_words(bench.plugins, typed)]
    words: Words = [(word, "") for word in (*argument.choices, *argument.suggestions)]
    if argument.completer == "values":
        return _values(bench, before[0], typed, start)
    if argument.completer in ("ways", "looks"):
        *_, last = re.split(r"\s", typed)
        start, typed = start + len(typed) - len(last), last
    if argument.completer:
        words = [*words, *SOURCES[argument.completer](bench, typed)]
    return _matching(words, typed, start)


def _matching(words: Words, typed: str, start: int) -> list[Completion]:
    return [Completion(word, start, what) for word, what in words if word.startswith(typed)]


def _values(bench: Workbench, name: str, typed: str, start: int) -> list[Completion]:
    """What a setting can be: as its own command would complete it, and what it is now."""
    if name == "chain":
        return [Completion(t, start + at, h) for t, at, h in chain_words(bench.plugins, typed)]
    words: list[tuple[str, str]] = []
    if name in choices.NAMES:
        words.append((choices.written(bench.choices, name), "as it is"))
    if name in VALUES:
        words += VALUES[name](bench)
    return _matching(dict(words).items(), typed, start)


def models(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    for entry in bench.session.catalog.entries():
        yield entry.name, entry.summary or entry.kind


def templates(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    yield choices.NONE, "what is typed is added to the text"
    for name in bench.session.prompts.entries():
        yield name, ""


def ways(bench: Workbench, typed: str) -> Iterator[tuple[str, str]]:
    """The words of a comparison, the last of which is completed."""
    for name, strategy in bench.plugins.strategies.items():
        yield name, summary_of(strategy)
    if typed.startswith("template="):
        for name, what in templates(bench, typed):
            yield quoted(f"template={name}"), what
    yield from named_models(bench, typed)


def named_models(bench: Workbench, typed: str) -> Iterator[tuple[str, str]]:
    if typed.startswith("model="):
        for name, what in models(bench, typed):
            yield quoted(f"model={name}"), what


def inspectors(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    for name, inspector in bench.plugins.inspectors.items():
        yield name, inspector.summary


def variables(bench: Workbench, typed: str) -> Iterator[tuple[str, str]]:
    if bench.choices.template is None:
        return
    for name, about in bench.session.prompts.get(bench.choices.template).accepts.items():
        yield f"{name}=", about.help
        if about.default is not None and typed.startswith(f"{name}="):
            yield f"{name}={about.default}", "the default"


def nodes(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    known = list(enumerate(bench.tree, 1))[-NODES:]
    for number, node in reversed(known):
        snippet = node.text[:SNIPPET].replace("\n", " ")
        yield str(number), snippet
        if node.name:
            yield quoted(node.name), snippet


def sessions(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    yield "last", "the one used last"
    for session in bench.keeper.readable.sessions():
        snippet = session.beginning[:SNIPPET].replace("\n", " ")
        yield session.name or session.id, snippet


def preset_names(_: Workbench, __: str) -> Iterator[tuple[str, str]]:
    yield "save", "keep the settings under a name"
    yield "list", "show what there is"
    for name in presets.names():
        yield name, ""


def setting_names(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    for name in choices.NAMES:
        yield name, choices.written(bench.choices, name)


def action_names(bench: Workbench, _: str) -> Iterator[tuple[str, str]]:
    for name, action in bench.actions.items():
        yield name, action.summary


def trainings(bench: Workbench, typed: str) -> Iterator[tuple[str, str]]:
    from playground.session.recipes import names

    for name in names(bench.plugins.trainers):
        yield name, "begin a training"
    yield from files(typed)


def files(typed: str) -> Iterator[tuple[str, str]]:
    """Files and folders that begin so; a folder ends with a slash."""
    folder, _, _ = typed.rpartition("/")
    place = Path(f"{folder}/" if typed.startswith("/") or folder else ".").expanduser()
    prefix = f"{folder}/" if folder or typed.startswith("/") else ""
    for entry in sorted(place.iterdir()):
        if not entry.name.startswith("."):
            yield f"{prefix}{entry.name}{'/' * entry.is_dir()}", ""


SOURCES: dict[str, Callable[[Workbench, str], Words]] = {
    "models": models,
    "templates": templates,
    "ways": ways,
    "looks": named_models,
    "inspectors": inspectors,
    "variables": variables,
    "nodes": nodes,
    "sessions": sessions,
    "presets": preset_names,
    "settings": setting_names,
    "actions": action_names,
    "trainings": trainings,
    "files": lambda _, typed: files(typed),
}
"""Where the words of each completer come from; `chain` and `values` are made of more than words."""

VALUES: dict[str, Callable[[Workbench], list[tuple[str, str]]]] = {
    "model": lambda bench: [*models(bench, "")],
    "template": lambda bench: [*templates(bench, "")],
    "device": lambda _: [(name, "") for name in ("auto", "cpu", "cuda", "mps")],
    "dtype": lambda _: [(n, "") for n in ("auto", "float32", "bfloat16", "float16", "int8")],
    "fit": lambda _: [(name, "") for name in ("error", "tail", "head", "middle")],
    "probs": lambda _: [("true", ""), ("false", "")],
}
