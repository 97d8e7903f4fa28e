"""`playground replay`: generate again what is in the history, and say whether it is the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from playground.ui.cli import outcome
from playground.ui.cli.common import App, json_option, notice, print_json, write_line
from playground.ui.cli.history import opened
from playground.ui.cli.token_text import quoted

if TYPE_CHECKING:
    from playground.session.nodes import Node, NodeToken
    from playground.session.replay import Comparison
    from playground.session.store import History, Run


@click.command("replay")
@click.argument("node", metavar="NODE|last")
@json_option
@click.pass_obj
def command(app: App, node: str, as_json: bool) -> int:
    """Generate a node again, with its seed and all, and say `identical` or where it differs.

    `last` is all that was generated last. What computes otherwise than it did is said on stderr;
    the exit code is 1 where a token differs. Nothing is added to the history.
    """
    with opened(reading=True) as history:
        nodes, prompt, run = _recorded(history, node)
    from playground.session.replay import differences, replay

    session = app.session()
    started, compared = replay(session.generate, run, prompt, nodes)
    for line in differences(run, started) if started else ():
        notice(line)
    if as_json:
        print_json(compared)
    else:
        for comparison in compared:
            write_line(_line(comparison, several=len(compared) > 1))
    same = all(comparison.identical for comparison in compared)
    return outcome.OK if same else outcome.FAILURE


def _recorded(history: History, reference: str) -> tuple[list[Node], str, Run]:
    """The nodes to generate again, the prompt they have in common, and their run."""
    from playground.api import InvalidInput

    found = history.node_id(reference)
    tree = history.tree(history.session_of(found))
    node = tree[found]
    if node.run is None:
        raise InvalidInput(f"node {found} was not generated: its kind is {node.kind!r}")
    together = [each for each in tree.siblings(found) if each.run == node.run]
    return (
        together if reference == "last" else [node],
        tree.text(node.parent),
        history.run(node.run),
    )


def _line(comparison: Comparison, *, several: bool) -> str:
    which = f"sequence {comparison.sequence + 1}: " if several else ""
    if comparison.identical:
        return f"{which}identical, {comparison.tokens:,} tokens"
    then, now = _said(comparison.recorded), _said(comparison.now)
    return f"{which}differs at token {comparison.index:,}: {then} then, {now} now"


def _said(token: NodeToken | None) -> str:
    if token is None:
        return "the end"
    chance, raw = math.exp(token.logprob), math.exp(token.raw_logprob)
    return f"{quoted(token.text)} (probability {chance:.3g}, the model's own {raw:.3g})"
