"""`playground score`: how likely a model finds a text, as a whole and token by token."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from playground.ui.cli.common import (
    App,
    json_option,
    model_options,
    notice,
    print_json,
    print_table,
    read_text,
    write_line,
)
from playground.ui.cli.token_text import quoted

if TYPE_CHECKING:
    from playground.api import Score


@click.command("score")
@click.argument("text", required=False)
@model_options
@json_option
@click.pass_obj
def command(
    app: App,
    text: str | None,
    model: str | None,
    device: str | None,
    dtype: str | None,
    as_json: bool,
) -> None:
    """Loss, perplexity and bits per character of TEXT, and the surprisal of each token.

    `-` or a pipe reads TEXT from stdin. The first token is not predicted: nothing stands before it.
    """
    session = app.session(asking=True, model=model, device=device, dtype=dtype)
    text = read_text(text)
    result = session.score(text)
    for line in session.left_out(text):
        notice(line)
    if result.windows > 1:
        notice(
            f"the text is longer than the model's context: "
            f"read in {result.windows} windows that overlap by {result.overlap} tokens"
        )
    if as_json:
        print_json(_as_json(result))
    else:
        _print(result)


def _as_json(result: Score) -> dict[str, object]:
    return {
        "loss": result.loss,
        "perplexity": result.perplexity,
        "bits_per_character": result.bits_per_character,
        "tokens": result.tokens,
        "characters": result.characters,
        "windows": result.windows,
        "logprobs": result.logprobs,
    }


def _print(result: Score) -> None:
    write_line(f"loss                {result.loss:.4f} nats a token")
    write_line(f"perplexity          {result.perplexity:.4g}")
    write_line(f"bits per character  {result.bits_per_character:.4f}")
    write_line(f"predicted           {result.tokens} tokens, {result.characters} characters")
    write_line()
    rows = [
        (quoted(piece), f"{-logprob / math.log(2):.2f}", f"{math.exp(logprob):.4f}")
        for piece, logprob in zip(result.pieces, result.logprobs, strict=True)
    ]
    headers = ("token", "surprisal (bits)", "probability")
    print_table(headers, rows, right=headers[1:])
