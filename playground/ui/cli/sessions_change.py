"""`playground sessions rm|restore|erase|fork|name`: what changes sessions. All but `erase` can be undone."""

from __future__ import annotations

import click

from playground.session.safe_text import one_line
from playground.ui.cli.common import notice, warn, write_line
from playground.ui.cli.history import deleted_sessions, named, opened, sessions

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("rm")
@click.argument("session", shell_complete=sessions)
@yes_option
def remove(session: str, yes: bool) -> None:
    """Delete a session: it is listed and found no more. `sessions restore` undoes it."""
    with opened() as history:
        found = history.session(session)
        if not yes:
            _ask(f"delete {named(found)} with {found.nodes} nodes?")
        history.delete(found.id)
    notice(f"deleted; to undo it: playground sessions restore {found.id}")


@click.command("restore")
@click.argument("session", shell_complete=deleted_sessions)
def restore(session: str) -> None:
    """Bring a deleted session back."""
    with opened() as history:
        found = history.session(session, deleted=True)
        history.restore(found.id)
    notice(f"{named(found)} is back")


@click.command("erase")
@click.argument("session", shell_complete=deleted_sessions)
@yes_option
def erase(session: str, yes: bool) -> None:
    """Remove a deleted session for ever, from the pages of the file too. Nothing undoes it."""
    with opened() as history:
        found = history.session(session, deleted=True)
        if not yes:
            _ask(f"remove {named(found)} with {found.nodes} nodes for ever?")
        clean = history.erase(found.id)
    notice(f"{named(found)} is gone")
    if not clean:
        warn("another process reads the history: until it ends, the text is in its journal")


@click.command("fork")
@click.argument("session", shell_complete=sessions)
@click.option(
    "--at", "node", metavar="NODE", help="Where to part; without it, where the session is."
)
@click.option("--name", metavar="NAME", help="What to call the new session.")
def fork(session: str, node: str | None, name: str | None) -> None:
    """Begin a new session with the text of another one up to a node, and print its id."""
    from playground.api import InvalidInput

    with opened() as history:
        found = history.session(session)
        at = history.tree(found.id, tokens=False).find(node).id if node else found.cursor
        if at is None:
            raise InvalidInput(f"{named(found)} has no text yet", "begin one: playground gen TEXT")
        made = history.fork(at, name)
    write_line(made)


@click.command("name")
@click.argument("session", shell_complete=sessions)
@click.argument("name")
def name(session: str, name: str) -> None:
    """Call a session NAME."""
    with opened() as history:
        found = history.session(session)
        history.rename(found.id, name)
    notice(f"{named(found)} is now called {name}")


def _ask(question: str) -> None:
    click.confirm(one_line(question), abort=True, err=True)
