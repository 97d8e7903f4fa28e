"""The prompt of a command: a plain text, or a template that text, variables and stdin fill."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from playground.ui.cli.console import is_terminal
from playground.ui.cli.textin import read_template_input, read_text

if TYPE_CHECKING:
    from playground.api import Prompt, Template
    from playground.session.client import Session


def prompt_of(
    session: Session,
    text: str | None,
    template: str | None,
    params: Mapping[str, str],
    shots: int | None,
) -> Prompt:
    """The filled template, or `text` itself; stdin stands for `-` and for a text that is not given.

    Raises InvalidInput for a text, a template or variables that cannot be meant.
    """
    from playground.api import Prompt
    from playground.session.render import render

    if template is None:
        if params or shots is not None:
            raise click.UsageError("-p and --shots fill a template: give its name with -t")
        return Prompt(text=read_text(text))
    found = session.prompts.get(template)
    return render(found, _variables(found, text, params), shots=shots)


def _variables(template: Template, text: str | None, params: Mapping[str, str]) -> dict[str, str]:
    from playground.api.template import INPUT

    if INPUT in params:
        if text is not None:
            raise click.UsageError(f"the input is given twice: as TEXT and as -p {INPUT}=…")
        return dict(params)
    if text is not None:
        value = read_template_input() if text == "-" else read_text(text)
        return {**params, INPUT: value}
    may_be_piped = INPUT in template.accepts and not is_terminal(sys.stdin)
    # Nothing in the pipe, as from cron or /dev/null, is no input: a default stands.
    if may_be_piped and (piped := read_template_input()):
        return {**params, INPUT: piped}
    return dict(params)
