"""`playground tui`: the app."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from playground.api.errors import InvalidInput, PlaygroundError
from playground.ui.cli.common import App
from playground.ui.cli.working import open_bench, working_options

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


@click.command("tui")
@working_options
@click.option("--new", is_flag=True, help="Begin a new session instead of going on with the last.")
@click.pass_obj
def command(app: App, /, **options: Any) -> int:
    """The app: write, see every token, branch. It goes on where it was left.

    F1 in it lists all keys. Everything is kept in the history that the REPL and `gen` share.
    """
    if not is_possible():
        raise InvalidInput("the app needs a terminal", "playground repl --plain does without one")
    return open_tui(app, options)


def is_possible() -> bool:
    """Whether there is a terminal whose cursor can be moved."""
    terminals = sys.stdin.isatty() and sys.stdout.isatty()
    return terminals and os.environ.get("TERM", "dumb") not in ("", "dumb", "emacs")


def open_tui(app: App, options: dict[str, Any]) -> int:
    """The app with these options, those of `command`; the exit code."""
    # Until it is painted; see `main`.
    gc.disable()
    from playground.ui.tui.run import run

    return run(_resumed(app, options))


def _resumed(app: App, options: dict[str, Any]) -> Workbench:
    """The workbench, where it was left unless the user says otherwise."""
    from playground.ui.tui.last_place import remembered

    last = remembered()
    if options.get("session") or options.get("new") or options.get("no_history") or not last:
        return open_bench(app, options)
    try:
        return open_bench(app, {**options, "session": last})
    except PlaygroundError:
        # It was deleted meanwhile, or something else is wrong, which is told without it, too.
        return open_bench(app, options)
