"""What every command shares: the way to its session, and the options that are alike everywhere.

A command is a module with a click object named `command`, named in `COMMANDS` of `app.py`, and
looks like

    @click.command()
    @click.argument("text", required=False)
    @model_options
    @json_option
    @click.pass_obj
    def command(app: App, text, model, device, dtype, as_json): ...
        session = app.session(model=model, device=device, dtype=dtype)

It imports at its top nothing but click and this package of `ui`, and raises PlaygroundError
children: `app.py` turns them into `error: …`, `hint: …` and an exit code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from playground.ui.cli import complete
from playground.ui.cli.console import (
    error,
    notice,
    print_json,
    print_json_line,
    print_table,
    warn,
    write,
    write_line,
)
from playground.ui.cli.context import App
from playground.ui.cli.prompting import prompt_of
from playground.ui.cli.textin import read_stdin, read_template_input, read_text

__all__ = [
    "App",
    "error",
    "json_option",
    "model_options",
    "notice",
    "param_options",
    "print_json",
    "print_json_line",
    "print_table",
    "prompt_of",
    "read_stdin",
    "read_template_input",
    "read_text",
    "template_options",
    "warn",
    "write",
    "write_line",
]

F = TypeVar("F", bound=Callable[..., Any])


def model_options(command: F) -> F:
    """-m/--model, --device, --dtype as `model`, `device`, `dtype`; None where not given."""
    options = (
        click.option(
            "-m", "--model", metavar="NAME", shell_complete=complete.models,
            help="A model's name or folder (playground models list).",
        ),
        click.option(
            "--device", metavar="DEVICE",
            shell_complete=complete.words("auto", "cpu", "cuda", "mps"),
            help="auto, cpu, cuda[:N] or mps.",
        ),
        click.option(
            "--dtype", metavar="TYPE",
            shell_complete=complete.words("auto", "float32", "bfloat16", "float16", "int8"),
            help="auto, float32, bfloat16, float16 or int8.",
        ),
    )  # fmt: skip
    return _all(options, command)


def json_option(command: F) -> F:
    """--json as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(command)


def template_options(command: F) -> F:
    """-t/--template as `template`, and what `param_options` offers."""
    option = click.option(
        "-t", "--template", metavar="NAME", shell_complete=complete.templates,
        help="A template's name or file (playground templates list).",
    )  # fmt: skip
    return option(param_options(command))


def param_options(command: F) -> F:
    """-p/--param and --shots as `params` (a dict) and `shots`."""
    options = (
        click.option(
            "-p", "--param", "params", metavar="KEY=VALUE", multiple=True, callback=_pairs,
            help="A variable of the template; repeat for more.",
        ),
        click.option(
            "--shots", type=click.IntRange(min=0), metavar="K",
            help="Use the template's first K examples.",
        ),
    )  # fmt: skip
    return _all(options, command)


def _all(options: tuple[Callable[[F], F], ...], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def _pairs(_: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE", param=parameter)
        if name in pairs:
            raise click.BadParameter(f"{name!r} is given twice", param=parameter)
        pairs[name] = value
    return pairs
