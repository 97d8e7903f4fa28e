"""Templates: choose one, fill its variables, look at the prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output, Table, plain
from playground.api.template import INPUT, Prompt
from playground.session.choices import NONE
from playground.session.going_on import filled

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

ALL = "all"


def choose(bench: Workbench, given: Arguments) -> Iterator[Output]:
    name = given["name"]
    if name == NONE:
        bench.choose(template=None, variables={}, shots=None)
    elif name:
        bench.choose(template=name, variables={}, shots=None)
        bench.go(None)
    yield from _described(bench)


def _described(bench: Workbench) -> Iterator[Output]:
    name = bench.choices.template
    if name is None:
        yield Note("no template: what is typed is added to the text", "notice")
        return
    template = bench.session.prompts.get(name)
    rows = [
        (variable, bench.choices.variables.get(variable, about.default), about.help)
        for variable, about in template.accepts.items()
    ]
    yield Note(f"{name}: {template.description}" if template.description else name, "notice")
    if rows:
        yield Table(("variable", "value", "what"), tuple(rows))
    takes = INPUT in template.accepts
    how = "what is typed fills it" if takes else "an empty line fills it"
    chain = f", chain {bench.chain}" if template.chain else ""
    yield Note(f"{how}: a text of its own{chain}, at most {bench.max_tokens} tokens", "notice")


def variable(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if bench.choices.template is None:
        raise InvalidInput("there is no template whose variables could be set", "/t NAME")
    if given["pair"]:
        name, equals, value = given["pair"].partition("=")
        if not equals:
            raise InvalidInput(f"{given['pair']!r} is not NAME=VALUE", "/p topic=rain")
        bench.choose(variables={**bench.choices.variables, name.strip(): value})
    yield from _described(bench)


def shots(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["count"] is not None:
        count = given["count"]
        if count != ALL and not (count.isdecimal() and count.isascii()):
            raise InvalidInput(f"shots are a whole number or {ALL}, not {count!r}")
        bench.choose(shots=None if count == ALL else int(count))
    used = bench.choices.shots
    yield Note(f"shots: {ALL if used is None else used}", "notice")


def render(bench: Workbench, given: Arguments) -> Iterator[Output]:
    yield plain(prompt_of(bench, given["text"] or "").text)


def lint(bench: Workbench, given: Arguments) -> Iterator[Output]:
    prompt = prompt_of(bench, given["text"] or "")
    found = bench.ask(lambda: bench.session.lint(prompt, bench.max_tokens))
    for warning in found:
        yield Note(warning.message, "warning", warning.hint)
    if not found:
        yield Note("nothing is likely to go wrong", "notice")


def classify(bench: Workbench, given: Arguments) -> Iterator[Output]:
    text, session = given["text"] or "", bench.session
    if bench.choices.template is None:
        result = bench.ask(lambda: session.label(text or bench.text))
    else:
        prompt = filled(bench, text)
        result = bench.ask(lambda: session.classify(prompt))
    rows = tuple(
        (label, f"{score:.4f}", f"{result.logprobs[label]:.3f}")
        for label, score in result.scores.items()
    )
    headers = ("label", "probability", "log-likelihood")
    yield Table(headers, rows, right=headers[1:])


def prompt_of(bench: Workbench, text: str) -> Prompt:
    """What would be sent: the filled template, or the text so far with `text` after it."""
    if bench.choices.template is not None:
        return filled(bench, text)
    return Prompt(text=bench.text + text, stop=bench.stop_texts)


TEXT = Argument(name="text", rest=True, optional=True, help="What would be typed.")

ACTIONS = (
    Action(
        name="t",
        aliases=("template",),
        group="template",
        summary="Choose the template that what is typed fills, or tell which it is.",
        arguments=(
            Argument(
                name="name", completer="templates", optional=True, help=f"A template, or {NONE}."
            ),
        ),
        run=choose,
    ),
    Action(
        name="p",
        aliases=("param",),
        group="template",
        summary="Fill a variable of the template.",
        arguments=(
            Argument(
                name="pair", completer="variables", rest=True, optional=True, help="NAME=VALUE."
            ),
        ),
        run=variable,
    ),
    Action(
        name="shots",
        group="template",
        summary="Use only the first examples of the template.",
        arguments=(
            Argument(
                name="count", suggestions=(ALL, "0", "1", "2"), optional=True, help=f"Or {ALL}."
            ),
        ),
        run=shots,
    ),
    Action(
        name="render",
        group="template",
        summary="Show the prompt that would be sent.",
        arguments=(TEXT,),
        run=render,
    ),
    Action(
        name="lint",
        group="template",
        summary="Tell what is likely to go wrong with the prompt.",
        arguments=(TEXT,),
        run=lint,
    ),
    Action(
        name="classify",
        group="template",
        summary="Label a text by the likelihood of each label of the template, or by the model's own head.",
        arguments=(TEXT,),
        run=classify,
    ),
)
