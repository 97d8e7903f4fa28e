"""Going on with the text: more, another try, another token."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Annotated

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.options import Meta
from playground.api.outputs import EditText, Note, Output, plain
from playground.session.alternatives import alternative
from playground.session.going_on import go_on
from playground.session.nodes import text_node

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

AT = Annotated[int, Meta(ge=0)]


def more(bench: Workbench, _: Arguments) -> Iterator[Output]:
    return bench.generate()


def retry(bench: Workbench, _: Arguments) -> Iterator[Output]:
    """From the same place again. A seed that is chosen would say the same: the ones after it are taken."""
    node = bench.node
    if node is not None and node.kind == "generated":
        bench.go(node.parent)
    tries = [n for n in bench.tree.children(bench.tree.cursor) if n.kind == "generated"]
    seed = bench.choices.seed
    if seed is not None and tries:
        seed += len(tries)
        yield Note(f"seed {seed}, as {bench.choices.seed} has been tried", "notice")
    yield from go_on(bench, seed=seed)


def type_text(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session.actions.line import typed_text

    bench.add(typed_text(given["text"]))
    yield Note(f"node {bench.number(bench.tree.cursor)}: {len(bench.text):,} characters", "notice")


def edit(bench: Workbench, given: Arguments) -> Generator[Output, str | None, None]:
    """What the new text has in common with a node on the path stays; the rest is a node after it."""
    from playground.session.actions.line import typed_text

    old = bench.text
    new = typed_text(given["text"]) if given["text"] else (yield EditText(old))
    if new is None or new == old:
        yield Note("nothing was changed", "notice")
        return
    path = bench.tree.path(bench.tree.cursor)
    kept = [None, *(node.id for node in path)]
    parent = next(node for node in reversed(kept) if new.startswith(bench.tree.text(node)))
    rest = new[len(bench.tree.text(parent)) :]
    if rest:
        bench.put(text_node(parent, rest))
    else:
        bench.go(parent)
    yield Note(f"node {bench.number(bench.tree.cursor)}: {len(new):,} characters", "notice")


def take_alternative(bench: Workbench, given: Arguments) -> Iterator[Output]:
    node = bench.node
    if node is None or not node.tokens:
        raise InvalidInput("there is no token to take another one for", "generate something first")
    at, rank = given["token"], given["alternative"]
    if at >= len(node.tokens):
        raise InvalidInput(f"the node has {len(node.tokens)} tokens, none is {at}", "/tokens")
    taken = alternative(bench, node, at, rank)
    bench.tree.branch(node.id, at, taken)
    bench.keeper.add(bench.tree[str(bench.tree.cursor)])
    yield plain(bench.text.rpartition("\n")[2])
    yield Note(
        f"node {bench.number(bench.tree.cursor)} takes {taken.text!r}; an empty line goes on",
        "notice",
    )


ACTIONS = (
    Action(
        name="more",
        group="text",
        summary="Go on from where you are; an empty line does it, too.",
        run=more,
    ),
    Action(
        name="retry",
        group="text",
        summary="Try again from the same place; the other try stays.",
        run=retry,
    ),
    Action(
        name="type",
        group="text",
        summary="Add a text without going on.",
        arguments=(Argument(name="text", rest=True, help="As it would be typed."),),
        run=type_text,
    ),
    Action(
        name="edit",
        group="text",
        summary="Change the text in $VISUAL or $EDITOR; what it was stays in the tree.",
        arguments=(
            Argument(
                name="text", rest=True, optional=True, help="The new text, without an editor."
            ),
        ),
        run=edit,
    ),
    Action(
        name="alt",
        group="text",
        summary="Branch at a token of the text, with another token that could have been said.",
        arguments=(
            Argument(name="token", type=AT, help="Its index, from 0: /tokens shows them."),
            Argument(
                name="alternative",
                type=AT,
                help="Which other one, 0 the likeliest after the chain.",
            ),
        ),
        run=take_alternative,
    ),
)
