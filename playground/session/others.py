"""What other front ends add to a session while it is open here, taken over between two lines.

Their nodes come to the end of the tree, so that no number changes, and where one is stays where it is. To
look costs next to nothing where nobody has written: SQLite counts that.
"""

from __future__ import annotations

from collections.abc import Callable

from playground.session.nodes import Node
from playground.session.store import History
from playground.session.tree import Tree


class Others:
    """What has been seen of them in one session."""

    def __init__(self, session: str) -> None:
        self.session = session
        self._version: int | None = None
        self._key = 0
        """All nodes up to this row are in the tree, or were when they were looked at."""

    def join(self, history: History, tree: Tree) -> int:
        """Put into the tree what is new; how many nodes were added. Raises HistoryUnavailable."""
        version = history.data_version
        if version == self._version:
            return 0
        before = len(tree)
        all_ended = True
        for key, node, ended in history.nodes_after(self.session, self._key):
            if ended:
                _take(history.node, node, tree)
            # One that is being generated is looked at again, and so is what comes after it.
            all_ended = all_ended and ended
            if all_ended:
                self._key = key
        self._mark(history, tree)
        self._version = version
        return len(tree) - before

    def _mark(self, history: History, tree: Tree) -> None:
        """Names and pins as they are now: a name that was given there is taken here, too."""
        changed = [
            (node, name, pinned)
            for node, name, pinned in history.marks(self.session)
            if node in tree and (tree[node].name, tree[node].pinned) != (name, pinned)
        ]
        for node, _, pinned in changed:
            tree.rename(tree.pin(node, pinned).id, None)
        for node, name, _ in changed:
            tree.rename(node, name)


def _take(read: Callable[[str], Node], id_: str, tree: Tree) -> None:
    if id_ in tree:
        if tree[id_].ended == "running":
            tree.end(read(id_))
        return
    node = read(id_)
    if node.parent is None or node.parent in tree:
        tree.add(node, move=False)


def added(count: int, size: int) -> str:
    """A line about the last `count` of `size` nodes."""
    which = f"node {size}" if count == 1 else f"nodes {size - count + 1} to {size}"
    return f"another front end added {which}; /tree shows the session"
