"""`playground completions SHELL`: the script that teaches a shell to complete commands and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from playground.ui.cli.common import write_line

SHELLS = {
    "bash": 'eval "$(playground completions bash)" in ~/.bashrc',
    "zsh": 'eval "$(playground completions zsh)" in ~/.zshrc',
    "fish": "playground completions fish > ~/.config/fish/completions/playground.fish",
}
_USES = "\n\n\b\n" + "\n".join(f"{shell}: {use}" for shell, use in SHELLS.items())


@click.command("completions", help=f"Print the completion script of a shell.{_USES}")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    kind = get_completion_class(shell)
    assert kind is not None, "click knows every shell of the choice"
    script = kind(context.find_root().command, {}, "playground", "_PLAYGROUND_COMPLETE")
    write_line(script.source())
