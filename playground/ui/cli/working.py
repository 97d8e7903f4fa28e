"""What the REPL and the app share: the options that they begin with, and the workbench made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from playground.ui.cli import complete, history
from playground.ui.cli.common import App, model_options, template_options

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

F = TypeVar("F", bound=Callable[..., Any])


def working_options(command: F) -> F:
    """The options that `open_bench` takes."""
    options = (
        model_options,
        template_options,
        click.option("-s", "--strategy", metavar="CHAIN", shell_complete=complete.stages,
                     help="A strategy, or a whole chain."),
        click.option("-n", "n", type=click.IntRange(1, 256), help="Continuations at once."),
        click.option("--max-tokens", type=click.IntRange(min=0), help="Most tokens to add."),
        click.option("--seed", type=click.IntRange(min=0), metavar="N",
                     help="The same seed, the same text."),
        click.option("--stop", multiple=True, metavar="TEXT",
                     help="End before this text; repeat for more."),
        click.option("--probs", is_flag=True, help="Show how likely the model found each token."),
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
        "seed": options.get("seed"),
        "stop": options.get("stop"),
        "probs": options.get("probs") or None,
        "template": options.get("template"),
        "variables": options.get("params"),
        "shots": options.get("shots"),
    }
    bench.choose(**{name: value for name, value in chosen.items() if value not in (None, (), {})})
    return bench
