"""The table of verbs. A verb is imported when it is called: help imports only click and this."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Any

import click

from playground.ui.cli import outcome
from playground.ui.cli.console import write_line
from playground.ui.cli.context import App

HERE = "playground.ui.cli"

COMMANDS = {
    "tui": ("tui:command", "The app; what `playground` alone opens on a terminal."),
    "repl": ("repl:command", "A prompt to live in."),
    "run": ("run:command", "Run a transcript of the REPL again and compare."),
    "gen": ("gen:command", "Continue a text, token by token."),
    "sessions": ("sessions:command", "List, search, export and delete what was generated."),
    "replay": ("replay:command", "Generate again, and say whether it is the same."),
    "why": ("why:command", "Why a token was taken: the chain at its place, stage by stage."),
    "compare": ("compare:command", "Continue a text in several ways at once, side by side."),
    "next": ("next:command", "The likeliest next tokens, at the end or at every position."),
    "fill": ("fill:command", "The likeliest tokens for the masks of a text, by a masked model."),
    "tokens": ("tokens:command", "How a text is cut into tokens."),
    "score": ("score:command", "How likely a model finds a text: loss, perplexity, surprisal."),
    "detect": ("detect:command", "Whether a text carries a watermark."),
    "memcheck": ("memcheck:command", "Whether a text was memorised from data."),
    "classify": ("classify:command", "Label a text by the likelihood of each label."),
    "models": ("models:command", "List, show and download models."),
    "templates": ("templates:command", "List, show, render and test prompt templates."),
    "strategies": ("strategies:command", "List and explain decoding strategies and processors."),
    "plugins": ("plugins:command", "List, check and create plugins."),
    "train": ("train:command", "Train a model on text files."),
    "finetune": ("finetune:command", "Go on training a model on your text."),
    "data": ("data:command", "Look at data as a training would read it."),
    "bench": ("bench:command", "Measure speed beside other engines."),
    "worker": ("worker:command", "Start, stop and look at the session process."),
    "doctor": ("doctor:command", "Check versions, device, folders and plugins."),
    "completions": ("completions:command", "Print the completion script of a shell."),
}


class Playground(click.Group):
    """A group whose verbs are a table, and after it what plugins registered."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """As click's, and errors become `error: …`, `hint: …` and the exit codes of `outcome`."""
        app = extra.setdefault("obj", App())
        extra |= {"standalone_mode": False, "prog_name": "playground"}

        def run() -> object:
            return super(Playground, self).main(*args, **extra)

        sys.exit(outcome.exit_code_of(run, lambda: app.verbose))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        ctx.obj.plugins_dirs = ctx.params.get("plugins_dirs") or ()
        ctx.obj.offline = bool(ctx.params.get("offline"))
        ctx.obj.verbose = bool(ctx.params.get("verbose"))
        ctx.obj.in_process = bool(ctx.params.get("in_process"))
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        gc.enable()
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # click would make a failure of it.
            ctx.exit(outcome.CLOSED_PIPE)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name in COMMANDS:
            path = f"{HERE}.{COMMANDS[cmd_name][0]}"
        else:
            path = _plugin_command(ctx.obj, cmd_name)
        module, _, attribute = path.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _plugin_command(app: App, name: str) -> str:
    from playground.api.errors import UnknownName
    from playground.registry import did_you_mean

    commands = app.session(announce=False).plugins.commands
    if name in commands:
        path: str = commands[name].path
        return path
    near = did_you_mean(name, [*COMMANDS, *commands])
    raise UnknownName(f"there is no command {name!r}", near or "playground --help")


def _open(app: App) -> int:
    """The app, or the REPL on a terminal that has no cursor to move."""
    from playground.ui.cli.tui import is_possible, open_tui

    if is_possible():
        return open_tui(app, {})
    from playground.ui.cli.repl import open_repl

    return open_repl(app, {})


@click.command(cls=Playground, invoke_without_command=True)
@click.option(
    "--plugins-dir",
    "plugins_dirs",
    type=click.Path(exists=True, file_okay=False),
    multiple=True,
    help="A folder of single-file plugins; repeat for more.",
)
@click.option("--offline", is_flag=True, help="Never use the network, not even to download.")
@click.option(
    "--in-process", is_flag=True, help="Load the model in this process, not in the session process."
)
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="textgen-playground", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> None:
    """A playground for text generation with language models you can hold in your hand.

    Alone on a terminal it opens the app. Plugins can add commands: playground plugins list.
    """
    if ctx.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        ctx.exit(_open(ctx.obj))
    write_line(ctx.get_help())
