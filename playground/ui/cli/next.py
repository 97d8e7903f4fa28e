"""`playground next`: what a model expects after a text, or at every position of it."""

from __future__ import annotations

import click

from playground.ui.cli.common import (
    App,
    json_option,
    model_options,
    notice,
    print_json,
    print_table,
    read_text,
)
from playground.ui.cli.token_text import quoted


@click.command("next")
@click.argument("text", required=False)
@model_options
@click.option(
    "-n",
    "--top",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="How many of the likeliest tokens.",
)
@click.option("--each", is_flag=True, help="The likeliest next token at every position instead.")
@json_option
@click.pass_obj
def command(
    app: App,
    text: str | None,
    model: str | None,
    device: str | None,
    dtype: str | None,
    top: int,
    each: bool,
    as_json: bool,
) -> None:
    """The likeliest next tokens after TEXT, by the model alone; `-` or a pipe reads it from stdin."""
    import msgspec

    session = app.session(asking=True, model=model, device=device, dtype=dtype)
    text = read_text(text)
    found = session.expectations(text) if each else session.next_tokens(text, top)
    for line in session.left_out(text):
        notice(line)
    rows = [msgspec.structs.asdict(token) for token in found]
    if as_json:
        print_json(rows)
    else:
        _print(rows)


def _print(rows: list[dict[str, object]]) -> None:
    headers = list(rows[0])
    table = [[_cell(value) for value in row.values()] for row in rows]
    print_table(headers, table, right=("position", "id", "probability"))


def _cell(value: object) -> object:
    if isinstance(value, str):
        return quoted(value)
    return f"{value:.4f}" if isinstance(value, float) else value
