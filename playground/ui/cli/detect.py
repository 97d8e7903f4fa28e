"""`playground detect`: whether a text carries the watermark of a chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playground.ui.cli import complete
from playground.ui.cli.common import App, json_option, print_json, read_text, write_line

if TYPE_CHECKING:
    from playground.session.client import Session


@click.command("detect")
@click.argument("text", required=False)
@click.option("--last", is_flag=True, help="What was generated last, by its chain and model.")
@click.option(
    "--file", "file", metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The text of a file.",
)  # fmt: skip
@click.option(
    "-s", "--strategy", metavar="CHAIN", shell_complete=complete.stages,
    help='The watermark with its options, such as "watermark(key=77)", or a chain that has it.',
)  # fmt: skip
@click.option(
    "-m", "--model", metavar="NAME", shell_complete=complete.models,
    help="Whose tokens the text was written in.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(
    app: App,
    text: str | None,
    last: bool,
    file: Path | None,
    strategy: str | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Whether TEXT carries the watermark of a chain; `-` or a pipe reads it from stdin.

    Give the text without its prompt, and the options that it was marked with. It is watermarked where its
    z-score is at least 4. Loads a tokenizer, never weights.
    """
    import msgspec

    from playground.session.detecting import SURE, detect, verdict

    _check_one(text, last, file)
    if last:
        ids, chain, name = _last()
        session = app.session(model=model or name)
        strategy = strategy or chain
    else:
        session = app.session(model=model)
        ids = _encoded(session, _read(file) if file else read_text(text))
    vocabulary = session.tokenizer(session.settings.model).vocabulary_size
    found = detect(strategy or session.settings.chain, session.plugins, ids, vocabulary)
    if as_json:
        print_json({**msgspec.structs.asdict(found), "watermarked": found.z >= SURE})
    else:
        write_line(verdict(found))


def _check_one(text: str | None, last: bool, file: Path | None) -> None:
    from playground.api import InvalidInput

    if (text is not None) + last + (file is not None) > 1:
        raise InvalidInput("TEXT, --last and --file are three texts", "give one of them")


def _encoded(session: Session, text: str) -> list[int]:
    return session.tokenizer(session.settings.model).encode(text)


def _read(file: Path) -> str:
    from playground.api import InvalidInput

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {file}: {error}") from None


def _last() -> tuple[list[int], str, str]:
    """The tokens of what was generated last, its chain and its model."""
    from playground.api import InvalidInput
    from playground.ui.cli.history import opened

    with opened() as history:
        found = history.node_id("last")
        node = history.tree(history.session_of(found))[found]
        if node.run is None:
            raise InvalidInput(f"node {found} was not generated: its kind is {node.kind!r}")
        run = history.run(node.run)
        return [token.id for token in node.tokens], run.chain, run.model
