"""A verb for every trainer and recipe, its flags made of the recipe's fields.

`train`, `train show` and `data preview` differ in what is done with the recipe, not in how it is named and
its fields are set.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli.common import App

if TYPE_CHECKING:
    from playground.api import Option
    from playground.api.training import Trainer
    from playground.session.recipes import RecipeFile

Act = Callable[[App, "RecipeFile", "Trainer", tuple[Path, ...], dict[str, Any]], None]
"""What is done: with the app, the file, the recipe with its flags, the data, and other flags."""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class RecipeGroup(click.Group):
    """Lists trainers and recipes after its own verbs, and does `act` with the one that is named."""

    def __init__(self, *args: Any, act: Act, own: Callable[[], list[click.Parameter]], **kw: Any):
        """`own` makes the flags that are not of the recipe."""
        super().__init__(*args, **kw)
        self.act, self.own = act, own

    def list_commands(self, ctx: click.Context) -> list[str]:
        from playground.session.recipes import names

        return [*super().list_commands(ctx), *names(trainers_of(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        from playground.session.recipes import find

        own = super().get_command(ctx, cmd_name)
        return own or recipe_command(find(cmd_name, trainers_of(ctx)), self.act, self.own())


def trainers_of(ctx: click.Context) -> Mapping[str, type[Trainer]]:
    """What plugins registered."""
    app: App = ctx.ensure_object(App)
    trainers: Mapping[str, type[Trainer]] = app.session(announce=False).plugins.trainers
    return trainers


def recipe_command(file: RecipeFile, act: Act, own: list[click.Parameter]) -> click.Command:
    """A command whose flags override the fields of a recipe."""
    flags = recipe_flags(file.trainer, file.values)
    summary = file.summary
    return click.Command(
        file.name,
        callback=_callback(file, act),
        params=[files_argument(required=False), *own, *flags],
        help=f"{summary[:1].upper()}{summary[1:]}.\n\nFILES are text, CSV or JSONL.",
        short_help=summary,
    )


def recipe_flags(trainer: type[Trainer], values: Mapping[str, Any]) -> list[click.Parameter]:
    """A flag for every field of a recipe, whose default is what `values` say."""
    from playground.api.options import options_of

    return [_flag(option, values) for option in options_of(trainer)]


def fields_in(trainer: type[Trainer], values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the recipe that were given as flags."""
    from playground.api.options import options_of

    fields = {option.name for option in options_of(trainer)}
    return {k: v for k, v in values.items() if k in fields and v is not None}


def with_folder(app: App, recipe: Trainer) -> Trainer:
    """A recipe that begins with a model, which a person calls by its name: with the folder instead."""
    import msgspec

    name = getattr(recipe, "model", None)
    if not isinstance(name, str):
        return recipe
    folder = app.session(announce=False).catalog.resolve(name).folder
    return msgspec.structs.replace(recipe, model=str(folder.resolve()))


def files_argument(*, required: bool) -> click.Argument:
    """FILES…"""
    return click.Argument(["files"], nargs=-1, required=required, type=FILE, metavar="FILES…")


def words_of(given: Mapping[str, Any]) -> list[str]:
    """The flags that set these fields."""
    words: list[str] = []
    for name, value in given.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", str(value)]
    return words


def _flag(option: Option, values: Mapping[str, Any]) -> click.Option:
    """A flag for one field of a recipe; its range is checked where the recipe is built."""
    name = option.name.replace("_", "-")
    default = values.get(option.name, option.default)
    needed = option.required and option.name not in values
    details = ["must be given"] if needed else [f"default {default}"]
    details += [option.range] if option.range else []
    kind, switch = _click_type(option.type)
    return click.Option(
        [f"--{name}/--no-{name}" if switch else f"--{name}"],
        type=None if switch else kind,
        default=None,
        required=needed,
        help=f"{option.help[:1].upper()}{option.help[1:]} ({'; '.join(details)}).".lstrip(),
    )


def _click_type(kind: Any) -> tuple[Any, bool]:
    """click's type for an annotation, and whether it is a switch."""
    if typing.get_origin(kind) is typing.Literal:
        return click.Choice([str(choice) for choice in typing.get_args(kind)]), False
    return (kind if kind in (int, float, str) else str), kind is bool


def _callback(file: RecipeFile, act: Act) -> Callable[..., None]:
    @click.pass_obj
    def run(app: App, /, files: tuple[Path, ...], **values: Any) -> None:
        from playground.api.options import build

        given = fields_in(file.trainer, values)
        others = {k: v for k, v in values.items() if k not in given} | {"given": given}
        recipe = build(file.trainer, {**file.values, **given})
        act(app, file, recipe, files or file.data, others)

    return run


def need_data(files: tuple[Path, ...]) -> None:
    """Raises a usage error where neither the command line nor the recipe names data."""
    if not files:
        raise click.UsageError("name the files to train on", click.get_current_context(silent=True))
