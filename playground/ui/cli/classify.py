"""`playground classify`: the label of a text, by a model's own head or by how likely it finds each label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from playground.ui.cli.common import (
    App,
    json_option,
    model_options,
    print_json,
    print_table,
    template_options,
    warn,
)
from playground.ui.cli.prompting import prompt_of

if TYPE_CHECKING:
    from playground.api import Classification, Prompt
    from playground.session.client import Session

CONTENT_FREE = ("N/A", "", "[MASK]")
"""Inputs that say nothing, as in Zhao et al. 2021."""


@click.command("classify")
@click.argument("text", required=False)
@model_options
@template_options
@click.option(
    "--calibrate",
    is_flag=True,
    help="Take off what the model prefers when the input says nothing (N/A, nothing, [MASK]).",
)
@json_option
@click.pass_obj
def command(
    app: App,
    text: str | None,
    model: str | None,
    device: str | None,
    dtype: str | None,
    template: str | None,
    params: dict[str, str],
    shots: int | None,
    calibrate: bool,
    as_json: bool,
) -> None:
    """Label TEXT by the likelihood of each label of the template; `-` or a pipe reads it from stdin.

    Without a template, by the head of a model that was trained to label texts.
    """
    if template is None and calibrate:
        raise click.UsageError("--calibrate is for the labels of a template: give its name with -t")
    session = app.session(asking=True, model=model, device=device, dtype=dtype)
    prompt = prompt_of(session, text, template, params, shots)
    if template is None:
        result = session.label(prompt.text)
    else:
        free = _content_free(session, template, params, shots) if calibrate else []
        result = _classify(session, prompt, free)
    if as_json:
        print_json(result)
    else:
        _print(result)


def _content_free(
    session: Session, template: str, params: Mapping[str, str], shots: int | None
) -> list[Prompt]:
    from playground.api.template import INPUT
    from playground.session.render import render

    found = session.prompts.get(template)
    return [render(found, {**params, INPUT: text}, shots=shots) for text in CONTENT_FREE]


def _classify(session: Session, prompt: Prompt, content_free: list[Prompt]) -> Classification:
    if not content_free:
        _warn_of_long_labels(session, prompt)
    return session.classify(prompt, content_free)


def _warn_of_long_labels(session: Session, prompt: Prompt) -> None:
    for warning in session.lint(prompt, max_tokens=0):
        if warning.code == "multi-token-labels":
            warn(warning.message, warning.hint)


def _print(result: Classification) -> None:
    headers = ("label", "calibrated" if result.calibrated else "probability", "log-likelihood")
    rows = [
        (label, f"{score:.4f}", f"{result.logprobs[label]:.3f}")
        for label, score in result.scores.items()
    ]
    print_table(headers, rows, right=headers[1:])
