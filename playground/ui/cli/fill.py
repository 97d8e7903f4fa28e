"""`playground fill`: what a masked model, such as BERT, would put in the gaps of a text."""

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


@click.command("fill")
@click.argument("text", required=False)
@model_options
@click.option(
    "-n",
    "--top",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="How many of the likeliest tokens for each mask.",
)
@json_option
@click.pass_obj
def command(
    app: App,
    text: str | None,
    model: str | None,
    device: str | None,
    dtype: str | None,
    top: int,
    as_json: bool,
) -> None:
    """The likeliest tokens for each mask of TEXT, by a masked model; `-` or a pipe reads it from stdin.

    A mask is written as the model's tokenizer has it: [MASK] for BERT, <mask> for RoBERTa. Where there are
    several, each is filled by itself while the others stay masks. Mask 0 is the first.
    """
    import msgspec

    session = app.session(asking=True, model=model, device=device, dtype=dtype)
    text = read_text(text)
    found = session.fill(text, top)
    for line in session.left_out(text):
        notice(line)
    if as_json:
        print_json([msgspec.structs.asdict(filling) for filling in found])
        return
    headers = ("mask", "id", "text", "probability")
    rows = [(each.mask, each.id, quoted(each.text), f"{each.probability:.4f}") for each in found]
    print_table(headers, rows, right=("mask", "id", "probability"))
