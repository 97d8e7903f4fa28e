"""Stepping: the text token by token, what each was chosen from, and another one where one likes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output, Passage, Piece, Table
from playground.session.actions.tree import here
from playground.session.alternatives import alternative, considered
from playground.session.nodes import Node
from playground.session.plain_text import last_line

if TYPE_CHECKING:
    from playground.api.events import Token
    from playground.api.results import Considered
    from playground.session.workbench import Workbench

BACK = "back"
HINT = "/step goes on · /step N takes another · /step back goes back · /why 0"
HEADERS = ("", "n", "token", "id", "probability", "the model's own")


def step(bench: Workbench, given: Arguments) -> Iterator[Output]:
    word = given["other"]
    if word is None:
        yield from _on(bench)
    elif word == BACK:
        yield from _back(bench)
    elif word.isdecimal() and word.isascii():
        yield from _take(bench, int(word))
    else:
        raise InvalidInput(f"/step takes a number or {BACK}, not {word!r}", HINT)


def _on(bench: Workbench) -> Iterator[Output]:
    from playground.session.stepping import Stepping

    stepping = next((each for each in reversed(bench.steppings) if each.goes_on), None)
    if stepping is None:
        stepping = Stepping(bench)
        bench.steppings.append(stepping)
    node = stepping.step()
    token = bench.spoken[node.id].tokens[0]
    yield _shown(bench, node)
    yield Table(HEADERS, tuple(_rows(token)), right=(HEADERS[1], *HEADERS[3:]))
    yield Note(f"node {bench.number(node.id)} · {HINT}", "notice")


def _take(bench: Workbench, rank: int) -> Iterator[Output]:
    """Instead of the last token of where one is, the one of this rank."""
    node = bench.node
    if node is None or not node.tokens:
        raise InvalidInput("there is no token to take another one for", "/step says one")
    at = len(node.tokens) - 1
    taken = alternative(bench, node, at, rank)
    if taken.id != node.tokens[at].id:
        node = bench.tree.branch(node.id, at, taken)
        bench.keeper.add(node)
    yield _shown(bench, node)
    yield Note(f"node {bench.number(node.id)} · {HINT}", "notice")


def _back(bench: Workbench) -> Iterator[Output]:
    node = bench.node
    if node is None:
        raise InvalidInput("there is nothing to go back over", "/step goes on")
    bench.go(node.parent)
    yield from here(bench)


def _shown(bench: Workbench, node: Node) -> Passage:
    before = last_line(bench.tree.text(node.parent))
    return Passage((Piece(before, "dim"), Piece(node.text, "bold")))


def _rows(token: Token) -> Iterator[tuple[Any, ...]]:
    """The likeliest after the chain, and the one that was taken, which is marked."""
    known: list[tuple[int, Token | Considered]] = list(enumerate(considered(token)))
    if token.id not in [each.id for _, each in known]:
        known.append((token.rank, token))
    for rank, each in known:
        own = None if math.isnan(each.raw_logprob) else f"{math.exp(each.raw_logprob):.4f}"
        mark = ">" * (each.id == token.id)
        yield mark, rank, f'"{each.text}"', each.id, f"{math.exp(each.logprob):.4f}", own


ACTIONS = (
    Action(
        name="step",
        group="text",
        summary="Say one token and show what it was chosen from; take another one, or go back.",
        details="The steps are the text that an empty line would say, with the same seed. Each is a node.",
        arguments=(
            Argument(
                name="other",
                suggestions=("0", "1", BACK),
                optional=True,
                help=f"A number of the table, to take that token instead of the last one, or {BACK}.",
            ),
        ),
        run=step,
    ),
)
