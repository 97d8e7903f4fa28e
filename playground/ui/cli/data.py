"""`playground data preview`: what a training would read, before it is begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playground.session.safe_text import one_line
from playground.ui.cli.common import App, print_json, write_line
from playground.ui.cli.recipe_commands import RecipeGroup, need_data, with_folder

if TYPE_CHECKING:
    from playground.api.training import DataPreview, Trainer
    from playground.session.recipes import RecipeFile


def _flags() -> list[click.Parameter]:
    return [
        click.Option(
            ["-n", "--count"], type=click.IntRange(min=0), default=3, show_default=True,
            help="Sequences that are shown.",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON on stdout."),
    ]  # fmt: skip


def _preview(
    app: App, file: RecipeFile, recipe: Trainer, data: tuple[Path, ...], flags: dict[str, Any]
) -> None:
    need_data(data)
    found = with_folder(app, recipe).preview(data, flags["count"])
    if flags["as_json"]:
        print_json(found)
    else:
        _print(found)


@click.group("data")
def command() -> None:
    """Look at data as a training would read it."""


@command.group("preview", cls=RecipeGroup, act=_preview, own=_flags)
def preview() -> None:
    """Show what a recipe makes of FILES: sequences, what is padded, mended, dropped and held out."""


def _print(found: DataPreview) -> None:
    write_line(
        f"{found.texts:,} texts with {found.characters:,} characters: {found.training_tokens:,} tokens "
        f"to train on, {found.validation_tokens:,} held out"
    )
    write_line(
        f"{found.batches_per_epoch:,} batches an epoch, {found.padded_share:.1%} of them padding"
    )
    for note in found.notes:
        write_line(note)
    for number, text in enumerate(found.sequences, 1):
        write_line(f"--- sequence {number}", style="2")
        write_line(one_line(text))
