"""What was typed and generated, as a tree that forgets nothing: nodes, paths and a cursor, as pure data.

A document is a path: each node adds its text to its parent's. Retrying, sampling n times, editing,
taking another token and going on are one operation, to add a child; a fork is going back to a node
before adding. Nodes are never changed: moves and deletions change only where one is and what is
hidden, and can be undone. It does not know how trees are stored or shown.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator

import msgspec

from playground.api.errors import InvalidInput, UnknownName
from playground.registry import did_you_mean
from playground.session.ids import new_id, typed
from playground.session.nodes import Node, NodeToken

WORDS = re.compile(r"\w+|\s+|[^\w\s]+")


class Change(msgspec.Struct, frozen=True):
    """A stretch of a comparison: equal on both sides, or what one side has where the other has another."""

    left: str
    right: str

    @property
    def equal(self) -> bool:
        return self.left == self.right


class _View(msgspec.Struct, frozen=True):
    """What moves change: where one is, and what is hidden with all below it."""

    cursor: str | None
    deleted: frozenset[str]


class Tree:
    """Nodes by id, parents before children, and a cursor on one of them (None: the empty text)."""

    def __init__(
        self,
        nodes: Iterable[Node] = (),
        cursor: str | None = None,
        deleted: Iterable[str] = (),
        *,
        past: Iterable[str | None] = (),
        future: Iterable[str | None] = (),
    ) -> None:
        """`past`: where the cursor was before, oldest first; `future`: where it was taken back from, what
        `redo` goes to first."""
        self._nodes: dict[str, Node] = {}
        self._children: dict[str | None, list[str]] = {None: []}
        for node in nodes:
            self._insert(node)
        self._view = _View(cursor, frozenset(deleted))
        self._past = [_View(node, self._view.deleted) for node in past]
        self._future = [_View(node, self._view.deleted) for node in future][::-1]
        if cursor is not None:
            self[cursor]

    def __getitem__(self, node: str) -> Node:
        try:
            return self._nodes[node]
        except KeyError:
            raise UnknownName(f"there is no node {node!r}") from None

    def __contains__(self, node: object) -> bool:
        """Whether there is a node of this id."""
        return node in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        """Every node, hidden ones too, in the order in which they came."""
        return iter(self._nodes.values())

    @property
    def cursor(self) -> str | None:
        return self._view.cursor

    @property
    def deleted(self) -> frozenset[str]:
        """The nodes that were deleted; what is below them is hidden with them."""
        return self._view.deleted

    @property
    def past(self) -> list[str | None]:
        """Where the cursor was before each move that `undo` takes back, oldest first."""
        return [view.cursor for view in self._past]

    @property
    def future(self) -> list[str | None]:
        """Where the cursor goes by each `redo`, the next one first."""
        return [view.cursor for view in reversed(self._future)]

    def path(self, node: str | None) -> list[Node]:
        """The nodes from the first to `node`, both included."""
        found = []
        while node is not None:
            found.append(self[node])
            node = found[-1].parent
        return found[::-1]

    def text(self, node: str | None) -> str:
        """The document that ends with `node`."""
        return "".join(step.text for step in self.path(node))

    def visible(self, node: str | None) -> bool:
        """Whether neither the node nor anything above it is deleted."""
        return not any(step.id in self.deleted for step in self.path(node))

    def children(self, node: str | None, *, deleted: bool = False) -> list[Node]:
        """What was added after `node`, oldest first; deleted ones only where asked for."""
        found = [self._nodes[child] for child in self._children[node]]
        return [child for child in found if deleted or child.id not in self.deleted]

    def siblings(self, node: str) -> list[Node]:
        """The other tries: children of the same parent, `node` among them."""
        return self.children(self[node].parent)

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Every node that is not hidden with its depth from 0: a parent, then all below it."""
        waiting = [(0, child) for child in reversed(self.children(None))]
        while waiting:
            depth, node = waiting.pop()
            yield depth, node
            waiting += [(depth + 1, child) for child in reversed(self.children(node.id))]

    def add(self, node: Node, *, move: bool = True) -> Node:
        """Add a child, and go to it unless it is one of several samples.

        Raises InvalidInput where its parent is hidden, or its id or name is taken.
        """
        if not self.visible(node.parent):
            raise InvalidInput(f"node {node.parent} is deleted", "restore it first")
        self._insert(node)
        if move:
            self.go(node.id)
        return node

    def branch(self, node: str, index: int, token: NodeToken) -> Node:
        """A sibling of `node` that says the same up to token `index` and there `token`.

        Raises InvalidInput where the node has no such token.
        """
        old = self[node]
        if not 0 <= index < len(old.tokens):
            raise InvalidInput(f"node {node} has {len(old.tokens)} tokens, none is {index}")
        tokens = (*old.tokens[:index], token)
        made = Node(
            id=new_id(),
            parent=old.parent,
            kind="chosen",
            text="".join(each.text for each in tokens),
            created=time.time(),
            tokens=tokens,
        )
        return self.add(made)

    def go(self, node: str | None) -> None:
        """Move the cursor; what is added next is added there. Raises InvalidInput for a hidden node."""
        if not self.visible(node):
            raise InvalidInput(f"node {node} is deleted", "restore it first")
        self._change(_View(node, self.deleted))

    def delete(self, node: str) -> None:
        """Hide a node and all below it; a cursor there goes to the node's parent."""
        parent = self[node].parent
        inside = any(step.id == node for step in self.path(self.cursor))
        self._change(_View(parent if inside else self.cursor, self.deleted | {node}))

    def restore(self, node: str) -> None:
        """Show a deleted node again, with what is below it."""
        self[node]
        self._change(_View(self.cursor, self.deleted - {node}))

    def undo(self) -> bool:
        """Take the last move or deletion back; False where there is none. Added nodes stay."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Make the move again that was undone last; False where there is none."""
        return self._step(self._future, self._past)

    def end(self, node: Node) -> None:
        """What was being generated elsewhere when it was read has ended as `node`."""
        self._nodes[node.id] = node

    def pin(self, node: str, pinned: bool = True) -> Node:
        """The node, marked as one to come back to."""
        self._nodes[node] = msgspec.structs.replace(self[node], pinned=pinned)
        return self._nodes[node]

    def rename(self, node: str, name: str | None) -> Node:
        """The node under a name of its own. Raises InvalidInput for a name that is taken or no name."""
        if name is not None:
            self._check_name(name, node)
        self._nodes[node] = msgspec.structs.replace(self[node], name=name)
        return self._nodes[node]

    def find(self, reference: str) -> Node:
        """The node of a name, or of an id of which `reference` is the beginning.

        Raises UnknownName, with near names as a hint, and InvalidInput where several begin so.
        """
        named = {node.name: node for node in self if node.name}
        if reference in named:
            return named[reference]
        start = typed(reference)
        begin = [node for node in self if start and node.id.startswith(start)]
        if len(begin) > 1:
            ids = ", ".join(node.id for node in begin[:4])
            raise InvalidInput(f"{len(begin)} nodes begin with {reference!r}", f"such as {ids}")
        if not begin:
            raise UnknownName(f"there is no node {reference!r}", did_you_mean(reference, [*named]))
        return begin[0]

    def diff(self, left: str | None, right: str | None) -> list[Change]:
        """How the documents that end with two nodes differ, by words."""
        import difflib

        words = WORDS.findall(self.text(left)), WORDS.findall(self.text(right))
        matcher = difflib.SequenceMatcher(None, *words, autojunk=False)
        return [
            Change("".join(words[0][a:b]), "".join(words[1][c:d]))
            for _, a, b, c, d in matcher.get_opcodes()
        ]

    def copy_of_path(self, node: str | None) -> Tree:
        """A tree of its own that begins as the path to `node`, with new ids and without names.

        What still runs does not run on in the copy.
        """
        tree = Tree()
        for step in self.path(node):
            ended = "interrupted" if step.ended == "running" else step.ended
            new = {"id": new_id(), "parent": tree.cursor, "name": None, "ended": ended}
            tree.add(msgspec.structs.replace(step, **new))
        return Tree(tree, tree.cursor)

    def _insert(self, node: Node) -> None:
        if node.id in self._nodes:
            raise InvalidInput(f"there is a node {node.id} already")
        if node.parent not in self._children:
            raise UnknownName(f"there is no node {node.parent!r}")
        if node.name is not None:
            self._check_name(node.name, node.id)
        self._nodes[node.id] = node
        self._children[node.id] = []
        self._children[node.parent].append(node.id)

    def _check_name(self, name: str, node: str) -> None:
        if not name.strip():
            raise InvalidInput("a name needs a character that is seen")
        if any(other.name == name and other.id != node for other in self):
            raise InvalidInput(f"there is a node {name!r} already", "choose another name")

    def _change(self, view: _View) -> None:
        if view != self._view:
            self._past.append(self._view)
            self._future.clear()
            self._view = view

    def _step(self, source: list[_View], target: list[_View]) -> bool:
        if not source:
            return False
        target.append(self._view)
        self._view = source.pop()
        return True
