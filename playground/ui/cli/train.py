"""`playground train NAME|RECIPE.toml FILES…`: a run, and what it says as it goes."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playground.session.training.tensorboard import EventFiles
from playground.ui.cli.common import App, notice, print_json_line, write
from playground.ui.cli.recipe_commands import RecipeGroup, need_data, with_folder, words_of
from playground.ui.cli.train_view import TrainingView

if TYPE_CHECKING:
    from playground.api.training import Trainer, TrainingEvent
    from playground.session.recipes import RecipeFile


def run_flags() -> list[click.Parameter]:
    """Flags of a run that are not of its recipe."""
    return [
        click.Option(
            ["--out"], required=True, type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER", help="Where the model is made.",
        ),
        click.Option(["--resume"], is_flag=True, help="Go on with the run in the folder."),
        click.Option(["--device"], metavar="DEVICE", help="auto, cpu, cuda[:N] or mps."),
        click.Option(
            ["--shard"], is_flag=True,
            help="Under torchrun: divide a network that does not fit among the processes (FSDP).",
        ),
        click.Option(
            ["--tensorboard"], type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
            help="Write event files for TensorBoard there too.",
        ),
        click.Option(["--jsonl"], is_flag=True, help="Print every event as a line of JSON."),
    ]  # fmt: skip


def _train(
    app: App, file: RecipeFile, recipe: Trainer, data: tuple[Path, ...], flags: dict[str, Any]
) -> None:
    need_data(data)
    words = ["train", file.name, *map(str, data), *words_of(flags["given"])]
    run(app, with_folder(app, recipe), data, flags, words)


def _show(
    app: App, file: RecipeFile, recipe: Trainer, data: tuple[Path, ...], flags: dict[str, Any]
) -> None:
    from playground.session.recipes import to_toml

    write(to_toml(recipe))


@click.group("train", cls=RecipeGroup, act=_train, own=run_flags)
def command() -> None:
    """Train a model on text files, by the name of a trainer or a recipe, or by RECIPE.toml.

    Flags override the recipe's fields.
    """


@command.group("show", cls=RecipeGroup, act=_show, own=list)
def show() -> None:
    """Print a recipe with all its fields, as a file for `playground train`."""


def run(
    app: App, recipe: Trainer, data: tuple[Path, ...], flags: dict[str, Any], words: list[str]
) -> None:
    """Train and show it; `words` are the command without what says where, to go on with."""
    device = app.settings(device=flags["device"]).device
    out: Path = flags["out"]
    view = TrainingView()
    show = print_json_line if flags["jsonl"] else view.show
    written = EventFiles(flags["tensorboard"]) if flags["tensorboard"] else None
    shows = (show, written.write) if written else (show,)
    try:
        resume, shard = flags["resume"], flags["shard"]
        events = recipe.train(data, out, resume=resume, device=device, shard=shard)
        _show_all(events, shows)
    except (KeyboardInterrupt, SystemExit):
        going_on = shlex.join(["playground", *words, "--out", str(out), "--resume"])
        notice(f"interrupted; go on with: {going_on}")
        raise
    finally:
        view.close()
        if written:
            written.close()


def _show_all(
    events: Iterator[TrainingEvent], shows: Sequence[Callable[[TrainingEvent], None]]
) -> None:
    """Show a run; on ctrl-c, which may strike here or in the run, it saves and that is shown too."""
    try:
        for event in events:
            for show in shows:
                show(event)
    except KeyboardInterrupt:
        if isinstance(events, Generator):
            with suppress(KeyboardInterrupt, StopIteration):
                saved = events.throw(KeyboardInterrupt())
                for show in shows:
                    show(saved)
        raise
    finally:
        getattr(events, "close", lambda: None)()
