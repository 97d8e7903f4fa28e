"""`playground repl`: a prompt to live in."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli import history
from playground.ui.cli.common import App, model_options, template_options
from playground.ui.cli.decoding_options import decoding_options, stage_flags

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


@click.command("repl")
@model_options
@template_options
@decoding_options
@click.option("--session", metavar="NAME", shell_complete=history.sessions,
              help="Go on with a session of the history (its name, its id or `last`).")  # fmt: skip
@click.option("--no-history", is_flag=True, help="Do not keep what is typed and generated.")
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

    bench = _bench(app, options)
    return Repl(bench, plain=options.get("plain", False) or is_plain()).run()


def _bench(app: App, options: dict[str, Any]) -> Workbench:
    from playground.session.workbench import Workbench

    model: dict[str, Any] = {name: options.get(name) for name in ("model", "device", "dtype")}
    keep = not options.get("no_history")
    bench = Workbench(app.settings(**model), keep=keep, resume=options.get("session"))
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
    if flags := stage_flags(options):
        from playground.session.actions.chain import set_stages

        set_stages(bench, flags)
    return bench
