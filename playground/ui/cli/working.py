"""What the REPL and the app share: the options that they begin with, and the workbench made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from playground.ui.cli import history
from playground.ui.cli.common import App, model_options, template_options
from playground.ui.cli.decoding_options import decoding_options, stage_flags

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

F = TypeVar("F", bound=Callable[..., Any])


def working_options(command: F) -> F:
    """The options that `open_bench` takes."""
    options = (
        model_options,
        template_options,
        decoding_options,
        click.option("--session", metavar="NAME", shell_complete=history.sessions,
                     help="Go on with a session of the history (its name, its id or `last`)."),
        click.option("--no-history", is_flag=True, help="Do not keep what is typed and generated."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def open_bench(app: App, options: dict[str, Any]) -> Workbench:
    """The workbench that these options mean. Raises PlaygroundError for what cannot be."""
    from playground.session.workbench import Workbench

    flags: dict[str, Any] = {name: options.get(name) for name in ("model", "device", "dtype")}
    keep = not options.get("no_history")
    bench = Workbench(app.settings(**flags), keep=keep, resume=options.get("session"))
    chosen = {
        "chain": options.get("strategy"),
        "n": options.get("n"),
        "max_tokens": options.get("max_tokens"),
        "max_seconds": options.get("max_seconds"),
        "seed": options.get("seed"),
        "stop": options.get("stop"),
        "fit": options.get("fit"),
        "probs": options.get("probs") or None,
        "template": options.get("template"),
        "variables": options.get("params"),
        "shots": options.get("shots"),
    }
    bench.choose(**{name: value for name, value in chosen.items() if value not in (None, (), {})})
    if given := stage_flags(options):
        from playground.session.actions.chain import set_stages

        set_stages(bench, given)
    return bench
