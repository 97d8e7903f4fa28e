"""`playground next`: what a model expects after a text, or at every position of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from playground.ui.cli.common import (
    App,
    json_option,
    model_options,
    print_json,
    print_table,
    read_text,
)
from playground.ui.cli.token_text import quoted, text_of

if TYPE_CHECKING:
    from playground.api import LanguageModel


@click.command("next")
@click.argument("text", required=False)
@model_options
@click.option(
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
    from playground.engine.prompt import prompt_ids

    session = app.session(model=model, device=device, dtype=dtype)
    text = read_text(text)
    settings = session.settings
    loaded = session.load(settings.model, settings.device, settings.dtype)
    ids = prompt_ids(loaded, text)
    rows = _each(loaded, ids) if each else _top(loaded, ids, top)
    if as_json:
        print_json(rows)
    else:
        _print(rows)


def _top(model: LanguageModel, ids: tuple[int, ...], count: int) -> list[dict[str, object]]:
    from playground.engine.predictions import next_tokens

    return [
        {
            "id": token.id,
            "text": text_of(model.tokenizer, token.id, ids[-1]),
            "probability": token.probability,
        }
        for token in next_tokens(model, ids, count)
    ]


def _each(model: LanguageModel, ids: tuple[int, ...]) -> list[dict[str, object]]:
    """For every position the token read there and, as `id`, `text`, `probability`, what is expected."""
    from playground.engine.predictions import predictions

    tokenizer = model.tokenizer
    return [
        {
            "position": at,
            "after": text_of(tokenizer, ids[at], ids[at - 1] if at else None),
            "id": expected.id,
            "text": text_of(tokenizer, expected.id, ids[at]),
            "probability": expected.probability,
        }
        for at, expected in enumerate(predictions(model, ids))
    ]


def _print(rows: list[dict[str, object]]) -> None:
    headers = list(rows[0])
    table = [[_cell(value) for value in row.values()] for row in rows]
    print_table(headers, table, right=("position", "id", "probability"))


def _cell(value: object) -> object:
    if isinstance(value, str):
        return quoted(value)
    return f"{value:.4f}" if isinstance(value, float) else value
