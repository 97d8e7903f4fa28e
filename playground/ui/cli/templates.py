"""`playground templates`: which prompt templates there are, what they say, and whether their tests pass."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from playground.ui.cli import complete
from playground.ui.cli.common import (
    App,
    json_option,
    param_options,
    print_json,
    print_table,
    warn,
    write,
    write_line,
)
from playground.ui.cli.console import is_terminal
from playground.ui.cli.prompting import prompt_of

if TYPE_CHECKING:
    from playground.api import Template
    from playground.session.client import Session
    from playground.session.prompts import Entry


@click.group("templates")
def command() -> None:
    """List, show, render and test prompt templates."""


@command.command("list")
@json_option
@click.pass_obj
def list_templates(app: App, as_json: bool) -> None:
    """List the templates that -t takes; one that cannot be read is told on stderr."""
    found = _readable(app.session().prompts.entries().values())
    if as_json:
        print_json([_summary(entry, template) for entry, template in found])
        return
    rows = [(e.name, _given(t), len(t.shots), t.description) for e, t in found]
    print_table(("name", "variables", "shots", "description"), rows, right=("shots",))


@command.command("show")
@click.argument("name", shell_complete=complete.templates)
@json_option
@click.pass_obj
def show(app: App, name: str, as_json: bool) -> None:
    """Show a template: its facts, then its text with the places to fill."""
    session = app.session()
    template = session.prompts.get(name)
    if as_json:
        print_json(template)
        return
    from playground.session.template_facts import as_written, facts_of

    facts = facts_of(template, session.prompts.entries().get(name))
    print_table(("what", "value"), [(what, value) for what, value in facts if value])
    write_line()
    write_line(as_written(template))


@command.command("render")
@click.argument("name", shell_complete=complete.templates)
@click.argument("text", required=False)
@param_options
@json_option
@click.pass_obj
def render_template(
    app: App, name: str, text: str | None, params: dict[str, str], shots: int | None, as_json: bool
) -> None:
    """Print the prompt that a template makes, every space and newline of it.

    TEXT, or what is piped in, fills {{input}}.
    """
    prompt = prompt_of(app.session(), text, name, params, shots)
    if as_json:
        import msgspec

        fields = msgspec.structs.asdict(prompt)
        print_json({"prompt": fields.pop("text"), **fields})
    else:
        write(prompt.text)
        if is_terminal(sys.stdout):
            write_line()


@command.command("test")
@click.argument("names", nargs=-1, shell_complete=complete.templates)
@json_option
@click.pass_obj
def test(app: App, names: tuple[str, ...], as_json: bool) -> int:
    """Run the tests that templates carry: all of them, or those of NAMES. Exit code 1 if one fails.

    A token count for a model that is not on this machine is skipped, and said.
    """
    session = app.session()
    outcomes = _outcomes(session, names)
    if as_json:
        print_json(outcomes)
    else:
        headers = ("template", "case", "what", "result", "detail")
        rows = [tuple(outcome[header] for header in headers) for outcome in outcomes]
        print_table(headers, rows, right=("case",))
    return int(any(outcome["result"] == "failed" for outcome in outcomes))


def _readable(entries: Iterable[Entry]) -> list[tuple[Entry, Template]]:
    from playground.api import PlaygroundError

    found = []
    for entry in entries:
        try:
            found.append((entry, entry.load()))
        except PlaygroundError as fault:
            warn(fault.message, fault.hint)
    return found


def _summary(entry: Entry, template: Template) -> dict[str, object]:
    return {
        "name": entry.name,
        "description": template.description,
        "origin": entry.origin,
        "hides": entry.hides,
        "variables": list(template.accepts),
        "shots": len(template.shots),
        "labels": list(template.labels),
    }


def _given(template: Template) -> str:
    """The variables; one with a default in brackets."""
    accepted = template.accepts.items()
    return " ".join(name if v.default is None else f"[{name}]" for name, v in accepted)


def _outcomes(session: Session, names: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        row for name in names or session.prompts.entries() for row in _test(session, name, names)
    ]


def _test(session: Session, name: str, asked_for: tuple[str, ...]) -> list[dict[str, object]]:
    """A file that cannot be read fails among others; where it was asked for by name it is an error."""
    from playground.api import PlaygroundError
    from playground.session.template_tests import run_tests

    try:
        template = session.prompts.get(name)
    except PlaygroundError as fault:
        if asked_for:
            raise
        return [_row(name, None, "can be read", "failed", fault.message)]
    outcomes = run_tests(template, session.tokenizer)
    return [_row(name, o.case, o.what, o.result, o.detail) for o in outcomes]


def _row(name: str, case: int | None, what: str, result: str, detail: str) -> dict[str, object]:
    return {"template": name, "case": case, "what": what, "result": result, "detail": detail}
