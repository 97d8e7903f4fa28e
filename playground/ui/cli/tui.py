"""`playground tui`: the app."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from playground.api.errors import InvalidInput, PlaygroundError
from playground.ui.cli.common import App, write_line
from playground.ui.cli.working import open_bench, working_options

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

IN_BROWSER = "TEXTUAL_DRIVER"
"""What a server sets for the app that it shows."""


@click.command("tui")
@working_options
@click.option("--new", is_flag=True, help="Begin a new session instead of going on with the last.")
@click.option("--web", is_flag=True, help="Open it in a browser of this machine (extra: web).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Of this machine, for --web; 0: any that is free.",
)
@click.pass_obj
def command(app: App, /, web: bool, port: int, **options: Any) -> int:
    """The app: write, see every token, branch. It goes on where it was left.

    F1 in it lists all keys. Everything is kept in the history that the REPL and `gen` share.
    """
    if web:
        return serve(port)
    if not (is_possible() or IN_BROWSER in os.environ):
        raise InvalidInput("the app needs a terminal", "playground repl --plain does without one")
    return open_tui(app, options)


def serve(port: int) -> int:
    """The app in browsers, with the options that this process was given."""
    try:
        from playground.ui.tui.web import serve as serve_web
    except ModuleNotFoundError as error:
        raise PlaygroundError(
            f"the app in a browser needs {error.name}", 'pip install "textgen-playground[web]"'
        ) from None
    serve_web([sys.executable, "-m", "playground", *_without_web(sys.argv[1:])], port, write_line)
    return 0


def _without_web(words: list[str]) -> list[str]:
    """A command line without the options that only the server has."""
    kept = [word for word in words if word != "--web" and not word.startswith("--port=")]
    if "--port" in kept:
        place = kept.index("--port")
        del kept[place : place + 2]
    return kept


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
