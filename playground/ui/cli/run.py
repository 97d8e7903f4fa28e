"""`playground run`: a transcript of the REPL once more, and whether the outcome is the same."""

from __future__ import annotations

from pathlib import Path

import click

from playground.ui.cli.common import App, notice, write_line


@click.command("run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Say only how it went.")
@click.pass_obj
def command(app: App, file: Path, quiet: bool) -> None:
    """Run a transcript that /record of the REPL wrote, and compare the outcome step by step.

    Exit code 1 at the first step that differs, with what was expected and what came. Nothing is added
    to the history.
    """
    from playground.session.transcript import play, read
    from playground.session.workbench import Workbench

    steps = read(str(file))
    bench = Workbench(app.settings(), keep=False)
    compared = 0
    for step, outcome in play(bench, steps, str(file)):
        compared += step.expected is not None
        if not quiet:
            write_line(f"> {step.line}", style="1")
            if outcome:
                write_line(outcome)
    notice(f"{file}: {len(steps)} steps, {compared} compared, all the same")
