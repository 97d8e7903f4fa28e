"""`playground sessions`: what was typed and generated before, and what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli.common import json_option, print_json, print_table, write, write_line
from playground.ui.cli.history import moment, opened, sessions, shortened
from playground.ui.cli.sessions_change import erase, fork, name, remove, restore
from playground.ui.cli.sessions_export import export

if TYPE_CHECKING:
    from playground.session.nodes import Node
    from playground.session.store import History, SessionInfo
    from playground.session.tree import Tree


@click.group("sessions")
def command() -> None:
    """List, show, search, export, fork and delete what was generated.

    A session is called by its name, its id or the beginning of that, or `last`.
    """


for _subcommand in (export, fork, name, remove, restore, erase):
    command.add_command(_subcommand)


@command.command("list")
@click.option("--deleted", is_flag=True, help="Those that `rm` has removed.")
@json_option
def list_sessions(deleted: bool, as_json: bool) -> None:
    """List the sessions, the one used last first."""
    with opened(reading=True) as history:
        found = history.sessions(deleted=deleted)
    if as_json:
        print_json(found)
        return
    rows = [(s.id, s.name, moment(s.used), s.nodes, shortened(s.beginning)) for s in found]
    print_table(("id", "name", "used", "nodes", "text"), rows, right=("nodes",))


@command.command("show")
@click.argument("session", metavar="SESSION|NODE", shell_complete=sessions)
def show(session: str) -> None:
    """Show the tree of a session, or of a node what it takes to repeat it and its text."""
    from playground.api import UnknownName

    with opened(reading=True) as history:
        try:
            found = history.session(session)
        except UnknownName as unknown:
            try:
                node = history.node_id(session)
            except UnknownName:
                raise unknown from None
            _show_node(history, node)
        else:
            _show_session(history.tree(found.id), found)


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N",
              help="Most matches, the newest first.")  # fmt: skip
@json_option
def search(words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find WORDS in what was typed and generated, whatever their case.

    A word is any stretch of characters; all of them must be in the same node. A phrase with spaces
    stands in double quotes within WORDS: '"to be" not'.
    """
    with opened(reading=True) as history:
        found = history.search(" ".join(words), limit)
    if as_json:
        print_json(found)
        return
    rows = [
        (m.session_name or m.session, m.node, m.kind, moment(m.created), m.excerpt) for m in found
    ]
    print_table(("session", "node", "kind", "made", "text"), rows)


def _show_session(tree: Tree, session: SessionInfo) -> None:
    facts: list[tuple[str, Any]] = [
        ("session", session.id), ("name", session.name), ("begun", moment(session.created)),
        ("forked from", session.forked_from),
    ]  # fmt: skip
    print_table(("what", "value"), [(what, value) for what, value in facts if value])
    write_line()
    rows = [
        (
            ">" * (node.id == tree.cursor),
            "  " * depth + node.id,
            node.name,
            node.ended or node.kind,
            len(node.tokens) or None,
            shortened(node.text),
        )
        for depth, node in tree.walk()
    ]
    print_table(("at", "node", "name", "kind", "tokens", "text"), rows, right=("tokens",))


def _show_node(history: History, reference: str) -> None:
    tree = history.tree(history.session_of(reference))
    node = tree[reference]
    facts = [("node", node.id), ("session", history.session_of(node.id)), *_facts(history, node)]
    print_table(("what", "value"), [(what, value) for what, value in facts if value])
    write_line()
    write(tree.text(node.parent), style="2")
    write_line(node.text)


def _facts(history: History, node: Node) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("name", node.name),
        ("after", node.parent),
        ("kind", node.kind),
        ("made", moment(node.created)),
        ("ended", node.ended),
        ("stop", repr(node.stop) if node.stop else None),
        ("error", node.error),
        ("tokens", len(node.tokens)),
    ]
    if node.run is None:
        return facts
    run = history.run(node.run)
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    return [
        *facts,
        ("model", run.model),
        ("model hash", run.model_hash),
        ("tokenizer hash", run.tokenizer_hash),
        *((f"{option} hash", value) for option, value in run.beside_hashes.items()),
        ("chain", run.chain),
        ("seed", str(run.seed)),
        ("sequence", f"{node.sequence + 1} of {run.request.n}"),
        ("template", run.template),
        *((f"{{{{{name}}}}}", value) for name, value in run.variables.items()),
        ("device", run.device),
        ("dtype", run.dtype),
        ("versions", versions),
    ]
