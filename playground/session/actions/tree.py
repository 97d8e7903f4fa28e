"""Moving about in the tree: nothing of it is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output, Passage, Piece, Table
from playground.session.nodes import Node

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

SHOWN = 60
"""Characters of a node's text in the tree."""
TAIL = 200
"""Characters of a text that is gone to."""

NODE = Argument(
    name="node", completer="nodes", help="Its number, name or id; 0 is the empty text: /tree."
)


def undo(bench: Workbench, _: Arguments) -> Iterator[Output]:
    yield from _stepped(bench, bench.tree.undo, "undo", -1)


def redo(bench: Workbench, _: Arguments) -> Iterator[Output]:
    yield from _stepped(bench, bench.tree.redo, "redo", 1)


def _stepped(bench: Workbench, step: Callable[[], bool], what: str, by: int) -> Iterator[Output]:
    hidden = bench.tree.deleted
    if not step():
        raise InvalidInput(f"there is nothing to {what}")
    bench.keeper.step(bench.tree.cursor, by)
    for node in hidden ^ bench.tree.deleted:
        bench.keeper.hide(node, node in bench.tree.deleted)
    yield from here(bench)


def delete(bench: Workbench, given: Arguments) -> Iterator[Output]:
    node = _node(bench, given["node"])
    number, below = bench.number(node.id), _count_below(bench, node.id)
    bench.tree.delete(node.id)
    bench.keeper.hide(node.id, True)
    bench.keeper.move(bench.tree.cursor)
    more = f" and {below} below it" if below else ""
    yield Note(f"node {number}{more} is hidden; /undo brings it back", "notice")


def _count_below(bench: Workbench, node: str) -> int:
    waiting, count = [node], -1
    while waiting:
        count += 1
        waiting += [child.id for child in bench.tree.children(waiting.pop())]
    return count


def goto(bench: Workbench, given: Arguments) -> Iterator[Output]:
    node = bench.find(given["node"])
    bench.go(node.id if node else None)
    yield from here(bench)


def fork(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if bench.tree.cursor is None:
        raise InvalidInput("there is no text to fork", "type one")
    bench.tree = bench.tree.copy_of_path(bench.tree.cursor)
    bench.spoken.clear()
    bench.steppings.clear()
    bench.keeper.begin()
    if bench.keeper.saved:
        bench.tree = bench.keeper.save(bench.tree, given["name"])
    yield Note("a session of its own that begins with this text; the other one stays", "notice")
    yield from here(bench)


def show(bench: Workbench, _: Arguments) -> Iterator[Output]:
    if not len(bench.tree):
        yield Note("the tree is empty: type a text", "notice")
        return
    yield tree_table(bench)


def tree_table(bench: Workbench) -> Table:
    """A row a node: depth is told by indenting only where there are several children."""
    numbers = {node.id: number for number, node in enumerate(bench.tree, 1)}
    level: dict[str | None, int] = {None: 0}
    rows = []
    for _, node in bench.tree.walk():
        branches = len(bench.tree.siblings(node.id)) > 1
        level[node.id] = level[node.parent] + branches
        rows.append(
            (
                ">" * (node.id == bench.tree.cursor),
                "  " * level[node.id] + f"{numbers[node.id]}{'*' * node.pinned}",
                node.name,
                node.ended or node.kind,
                len(node.tokens) or None,
                _shortened(node.text),
            )
        )
    return Table(("", "node", "name", "kind", "tokens", "text"), tuple(rows), right=("tokens",))


def diff(bench: Workbench, given: Arguments) -> Iterator[Output]:
    left, right = (bench.find(given[side]) for side in ("a", "b"))
    ids = [node.id if node else None for node in (left, right)]
    pieces: list[Piece] = []
    for change in bench.tree.diff(*ids):
        if change.equal:
            pieces.append(Piece(change.left))
            continue
        pieces += [Piece(f"[-{change.left}-]", "removed")] if change.left else []
        pieces += [Piece(f"{{+{change.right}+}}", "added")] if change.right else []
    yield Passage(tuple(pieces))


def pin(bench: Workbench, given: Arguments) -> Iterator[Output]:
    node = _node(bench, given["node"])
    marked = bench.tree.pin(node.id, not node.pinned)
    bench.keeper.mark(marked)
    word = "pinned" if marked.pinned else "not pinned any more"
    yield Note(f"node {bench.number(node.id)} is {word}", "notice")


def name(bench: Workbench, given: Arguments) -> Iterator[Output]:
    yield from bench.join()  # another front end may just have given the name
    node = _node(bench, given["node"])
    marked = bench.tree.rename(node.id, given["name"])
    bench.keeper.mark(marked)
    yield Note(f"node {bench.number(node.id)} is called {given['name']}", "notice")


def _node(bench: Workbench, reference: str | None) -> Node:
    node = bench.find(reference) if reference else bench.node
    if node is None:
        raise InvalidInput("the empty text is no node", "type a text first")
    return node


def here(bench: Workbench) -> Iterator[Output]:
    """Where one is, and the end of the text there."""
    text = bench.text
    tail = text[-TAIL:]
    yield Note(f"node {bench.number(bench.tree.cursor)}: {len(text):,} characters", "notice")
    if text:
        yield Passage((Piece("…" * (tail != text) + tail, "dim"),))


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


ACTIONS = (
    Action(name="undo", group="tree", summary="Go back to where you were before.", run=undo),
    Action(name="redo", group="tree", summary="Take the last /undo back.", run=redo),
    Action(
        name="goto",
        group="tree",
        summary="Go to a node; what comes next is added there.",
        arguments=(NODE,),
        run=goto,
    ),
    Action(
        name="fork",
        group="tree",
        summary="Go on in a session of its own that begins with the text so far.",
        arguments=(Argument(name="name", optional=True, help="Of the new session."),),
        run=fork,
    ),
    Action(
        name="delete",
        group="tree",
        summary="Hide a node and all below it; /undo brings it back.",
        arguments=(Argument(name="node", completer="nodes", optional=True, help="This one."),),
        run=delete,
    ),
    Action(name="tree", group="tree", summary="Show all nodes and where you are.", run=show),
    Action(
        name="diff",
        group="tree",
        summary="Compare the texts of two nodes, word by word.",
        arguments=(
            Argument(name="a", completer="nodes", help="One node."),
            Argument(name="b", completer="nodes", help="The other one."),
        ),
        run=diff,
    ),
    Action(
        name="pin",
        group="tree",
        summary="Mark a node to come back to, or take the mark away.",
        arguments=(Argument(name="node", completer="nodes", optional=True, help="This one."),),
        run=pin,
    ),
    Action(
        name="name",
        group="tree",
        summary="Give a node a name.",
        arguments=(
            Argument(name="name", help="A word by which it can be called."),
            Argument(name="node", completer="nodes", optional=True, help="This one."),
        ),
        run=name,
    ),
)
