"""`playground finetune MODEL DATA…`: a model that is here goes on learning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from playground.ui.cli import complete
from playground.ui.cli.common import App
from playground.ui.cli.recipe_commands import (
    fields_in,
    files_argument,
    recipe_flags,
    trainers_of,
    with_folder,
    words_of,
)
from playground.ui.cli.train import run, run_flags

TRAINER = "finetune"
"""The trainer that a plugin registers for this; its field `model` is the command's argument."""


class Finetune(click.Command):
    """Its flags are the fields of the trainer."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        fields = recipe_flags(trainers_of(ctx)[TRAINER], {})
        flags = [flag for flag in fields if flag.name != "model"]
        model = click.Argument(["model"], shell_complete=complete.models)
        asked = self.get_help_option(ctx)
        return [
            model,
            files_argument(required=True),
            *run_flags(),
            *flags,
            *([asked] if asked else []),
        ]


@click.command("finetune", cls=Finetune)
@click.pass_obj
def command(app: App, /, model: str, files: tuple[Path, ...], **values: Any) -> None:
    """Go on training MODEL, a GPT-1 or GPT-2 of `playground models list`, on your FILES."""
    from playground.api.options import build

    trainer = app.session(announce=False).plugins.trainers[TRAINER]
    given = fields_in(trainer, values)
    recipe = with_folder(app, build(trainer, {**given, "model": model}))
    words = ["finetune", model, *map(str, files), *words_of(given)]
    run(app, recipe, files, values, words)
