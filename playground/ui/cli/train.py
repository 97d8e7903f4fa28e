"""`playground train NAME FILES…`: a verb for every trainer, its flags made of the recipe's fields."""

from __future__ import annotations

import shlex
import typing
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli.common import App, notice, print_json_line
from playground.ui.cli.train_view import TrainingView

if TYPE_CHECKING:
    from playground.api import Option
    from playground.api.training import Trainer, TrainingEvent

OWN = ("files", "out", "resume", "device", "jsonl")


class Trainers(click.Group):
    """Lists and runs what plugins registered as trainers."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._app(ctx).session(announce=False).plugins.trainers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        trainers = self._app(ctx).session(announce=False).plugins.trainers
        return _command(trainers[cmd_name])

    @staticmethod
    def _app(ctx: click.Context) -> App:
        return ctx.ensure_object(App)


@click.group("train", cls=Trainers)
def command() -> None:
    """Train a model on text files."""


def _command(trainer: type[Trainer]) -> click.Command:
    from playground.api.options import options_of

    recipe = [_flag(option) for option in options_of(trainer)]
    files = click.Path(exists=True, dir_okay=False, path_type=Path)
    own: list[click.Parameter] = [
        click.Argument(["files"], nargs=-1, required=True, type=files, metavar="FILES…"),
        click.Option(
            ["--out"], required=True, type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER", help="Where the model is made.",
        ),
        click.Option(["--resume"], is_flag=True, help="Go on with the run in the folder."),
        click.Option(["--device"], metavar="DEVICE", help="auto, cpu, cuda[:N] or mps."),
        click.Option(["--jsonl"], is_flag=True, help="Print every event as a line of JSON."),
    ]  # fmt: skip
    return click.Command(
        trainer.name,
        callback=_callback(trainer),
        params=[*own, *recipe],
        help=f"{trainer.summary[:1].upper()}{trainer.summary[1:]}.\n\nFILES are read as one text.",
        short_help=trainer.summary,
    )


def _flag(option: Option) -> click.Option:
    """A flag for one field of a recipe; its range is checked where the recipe is built."""
    name = option.name.replace("_", "-")
    details = [f"default {option.default}"] if not option.required else ["must be given"]
    details += [option.range] if option.range else []
    kind, switch = _click_type(option.type)
    return click.Option(
        [f"--{name}/--no-{name}" if switch else f"--{name}"],
        type=None if switch else kind,
        default=None,
        required=option.required,
        help=f"{option.help[:1].upper()}{option.help[1:]} ({'; '.join(details)}).".lstrip(),
    )


def _click_type(kind: Any) -> tuple[Any, bool]:
    """click's type for an annotation, and whether it is a switch."""
    if typing.get_origin(kind) is typing.Literal:
        return click.Choice([str(choice) for choice in typing.get_args(kind)]), False
    return (kind if kind in (int, float, str) else str), kind is bool


def _callback(trainer: type[Trainer]) -> Callable[..., None]:
    @click.pass_obj
    def run(app: App, /, **values: Any) -> None:
        from playground.api.options import build

        given = {k: v for k, v in values.items() if k not in OWN and v is not None}
        recipe = build(trainer, given)
        device = app.settings(device=values["device"]).device
        show = print_json_line if values["jsonl"] else TrainingView().show
        try:
            events = recipe.train(
                values["files"], values["out"], resume=values["resume"], device=device
            )
            _show_all(events, show)
        except KeyboardInterrupt:
            notice(f"interrupted; go on with: {_resume(trainer, values, given)}")
            raise

    return run


def _show_all(events: Iterator[TrainingEvent], show: Callable[[TrainingEvent], None]) -> None:
    """Show a run; on ctrl-c, which may strike here or in the run, it saves and that is shown too."""
    try:
        for event in events:
            show(event)
    except KeyboardInterrupt:
        if isinstance(events, Generator):
            with suppress(KeyboardInterrupt, StopIteration):
                show(events.throw(KeyboardInterrupt()))
        raise
    finally:
        getattr(events, "close", lambda: None)()


def _resume(trainer: type[Trainer], values: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """The command that goes on: the same data and recipe, which a resumed run must have."""
    words = ["playground", "train", trainer.name, *map(str, values["files"])]
    words += ["--out", str(values["out"]), "--resume"]
    for name, value in given.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", str(value)]
    return shlex.join(words)
