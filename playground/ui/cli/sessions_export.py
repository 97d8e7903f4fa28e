"""`playground sessions export`: a session as a file."""

from __future__ import annotations

from pathlib import Path

import click

from playground.ui.cli.common import notice, write
from playground.ui.cli.history import opened, sessions

FORMATS = ("md", "json", "jsonl", "html", "csv")


@click.command("export")
@click.argument("session", shell_complete=sessions)
@click.option("-f", "--format", "form", type=click.Choice(FORMATS),
              help="The form; without it that of the file's name, or md. csv has the tokens.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Where to write, instead of stdout; a file that is there is left as it is.")  # fmt: skip
def export(session: str, form: str | None, output: Path | None) -> None:
    """Write a session as Markdown, JSON, JSON lines, a page of HTML, or a table of its tokens."""
    chosen = form or (_form_of(output) if output else "md")
    with opened(reading=True) as history:
        from playground.session.export import FORMATS as TO
        from playground.session.export import Document

        text = TO[chosen](Document.of(history, history.session(session)))
    if output is None:
        write(text)
    else:
        _write_new(output, text)
        notice(f"written: {output}")


def _form_of(output: Path) -> str:
    form = output.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise click.UsageError(f"{output.name} does not say its form: give it with --format")
    return form


def _write_new(file: Path, text: str) -> None:
    from playground.api import InvalidInput

    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError:
        raise InvalidInput(
            f"{file} is there already", "choose another name, or remove it"
        ) from None
