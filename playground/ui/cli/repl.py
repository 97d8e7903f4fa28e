"""`playground repl`: a prompt to live in."""

from __future__ import annotations

import gc
from typing import Any

import click

from playground.ui.cli.common import App
from playground.ui.cli.working import open_bench, working_options


@click.command("repl")
@working_options
@click.option("--plain", is_flag=True,
              help="No cursor tricks, no colours: for screen readers; TERM=dumb does it, too.")  # fmt: skip
@click.pass_obj
def command(app: App, /, **options: Any) -> int:
    """A prompt: type a text and the model goes on; an empty line goes on; /help lists the commands.

    Everything is a node of a tree that forgets nothing, and is kept in the history.
    """
    return open_repl(app, options)


def open_repl(app: App, options: dict[str, Any]) -> int:
    """The REPL with these options, those of `command`; the exit code."""
    # Until the prompt is there; see `main`.
    gc.disable()
    from playground.ui.repl.loop import Repl, is_plain

    bench = open_bench(app, options)
    return Repl(bench, plain=options.get("plain", False) or is_plain()).run()
