"""`playground memcheck`: whether a text was memorised, by what of it stands in data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from playground.api.memory import FORMATS, Against
from playground.ui.cli.common import (
    App,
    json_option,
    notice,
    print_json,
    print_table,
    read_text,
    write_line,
)
from playground.ui.cli.console import has_colour, write

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
UNDERLINED = "4"


@click.command("memcheck")
@click.argument("text", required=False)
@click.option("--last", is_flag=True, help="What was generated last.")
@click.option(
    "--against", "files", metavar="DATA", type=FILE, multiple=True, required=True,
    help="A text, CSV or JSONL file that the model was trained on; repeat for more.",
)  # fmt: skip
@click.option("--column", metavar="NAME", default="text", help="The column of CSV or JSONL.")
@click.option(
    "--format", "format_", default="auto",
    type=click.Choice(FORMATS), help="How files are read.",
)  # fmt: skip
@click.option(
    "--held-out", "held_out", metavar="FILE", type=FILE,
    help="Human text to compare with; else a tenth of the data, held out by hash.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(app: App, /, **options: Any) -> None:
    """What of TEXT stands in data, beside the same of human text; `-` or a pipe reads it from stdin.

    Give the text without its prompt. An index of the data is built the first time and kept. A tenth of
    the data is held out for comparison and not looked in, unless --held-out names other text.
    """
    import msgspec

    from playground.session.remembering import check, shown

    text, cue = _text(options)
    against = Against(
        files=options["files"],
        format=options["format_"],
        column=options["column"],
        held_out=options["held_out"],
    )
    plugins = app.session(announce=False).plugins
    [report] = check(plugins, [text], [cue], against, notice)
    if options["as_json"]:
        print_json(msgspec.to_builtins(report))
        return
    from playground.api.outputs import Passage, Table

    for output in shown(text, report):
        if isinstance(output, Passage):
            _underlined(output)
        elif isinstance(output, Table):
            print_table(output.headers, output.rows)
        else:
            notice(getattr(output, "text", ""))


def _text(options: dict[str, Any]) -> tuple[str, str]:
    """The text, and what it was to go on from."""
    from playground.api import InvalidInput

    if not options["last"]:
        return read_text(options["text"]), ""
    if options["text"] is not None:
        raise InvalidInput("TEXT and --last are two texts", "give one of them")
    from playground.ui.cli.history import opened

    with opened() as history:
        found = history.node_id("last")
        tree = history.tree(history.session_of(found))
        node = tree[found]
        before = tree[node.parent].text if node.parent is not None else ""
        return node.text, before.rpartition("\n")[2]


def _underlined(passage: Any) -> None:
    """The text; where nothing can be underlined, between brackets."""
    for piece in passage.pieces:
        if piece.style and not has_colour(sys.stdout):
            write(f"[{piece.text}]")
        else:
            write(piece.text, style=UNDERLINED if piece.style else "")
    write_line()
