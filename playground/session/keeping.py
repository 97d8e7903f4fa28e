"""Keeps a tree in the history as it grows, for as long as that works.

A history that cannot be used never stops anybody: it is told once, the tree goes on in memory, and `save`
writes all of it when there is a history again. Opening it is put off until there is something to keep.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from playground.api.errors import InvalidInput, PlaygroundError
from playground.session.ids import new_id
from playground.session.nodes import Node
from playground.session.tree import Tree

if TYPE_CHECKING:
    from playground.api.request import GenerationRequest
    from playground.session.others import Others
    from playground.session.recording import Recorder
    from playground.session.store import History

A = TypeVar("A")


def open_history(*, reading: bool = False) -> History:
    """The user's history; `reading`: it is only looked at. Raises HistoryUnavailable."""
    from playground.session.store import History, history_file

    return History(history_file(), reading=reading)


class Keeper:
    """One session's place in the history; `session` is None until there is something in it."""

    def __init__(
        self, tell: Callable[[str], None], *, wanted: bool = True, session: str | None = None
    ) -> None:
        """`tell` is given a line for the user. `wanted`: whether there is to be a history at all."""
        self.session = session
        self._tell = tell
        self._wanted = wanted
        self._history: History | None = None
        self._read_only: History | None = None
        self._others: Others | None = None
        self._failed = False
        """Whether what this session holds is not all in the history."""

    @property
    def saved(self) -> bool:
        """Whether all there is, is kept."""
        return self._wanted and not self._failed

    @property
    def history(self) -> History:
        """Raises InvalidInput where none is wanted, HistoryUnavailable where it cannot be used."""
        if not self._wanted:
            raise InvalidInput("the history is turned off", "history = true in config.toml")
        if self._history is None:
            self._history = self._told(open_history())
        return self._history

    @property
    def readable(self) -> History:
        """The history to look at: as it was left, where it cannot be written. Raises as `history` does."""
        from playground.session.store import HistoryUnavailable

        try:
            return self.history
        except HistoryUnavailable:
            if self._read_only is None:
                self._read_only = self._told(open_history(reading=True))
            return self._read_only

    def add(self, node: Node) -> None:
        """Keep a new node, and that one is there."""

        def keep(history: History) -> None:
            if self.session is None:
                self.session = history.begin()
            history.add(self.session, [node])
            history.move(self.session, node.id)

        self._try(keep)

    def open(self) -> None:
        """Let there be a session, so that all that begins at once is kept in the same one."""

        def keep(history: History) -> None:
            if self.session is None:
                self.session = history.begin()

        self._try(keep)

    def move(self, cursor: str | None) -> None:
        """Keep where one is."""
        if (session := self.session) is not None:
            self._try(lambda history: history.move(session, cursor))

    def step(self, cursor: str | None, by: int) -> None:
        """Keep that the last move was taken back (`by` -1), or made again (1)."""
        if (session := self.session) is not None:
            self._try(lambda history: history.step(session, cursor, by))

    def mark(self, node: Node) -> None:
        """Keep a node's name and pin."""
        if self.session is not None:
            self._try(lambda history: history.mark(node))

    def hide(self, node: str, hidden: bool) -> None:
        """Keep that a node is deleted, or is not any more."""
        if self.session is not None:
            self._try(lambda history: history.hide(node, hidden))

    def recorder(
        self, request: GenerationRequest, node: str | None, template: str, variables: dict[str, str]
    ) -> Recorder | None:
        """What keeps the events of a request whose prompt is the text of `node`; None where nothing does."""
        from playground.session.recording import Place, Recorder

        return self._try(
            lambda history: Recorder(
                Place(history, self.session, at=(node, request.prompt)),
                request,
                template=template,
                variables=variables,
            )
        )

    def recorded(self, recorder: Recorder) -> None:
        """A request has ended: what could not be kept is told."""
        self.session = recorder.session
        if recorder.problem:
            self._fail(recorder.problem)

    def join(self, tree: Tree) -> int:
        """Put into the tree what other front ends have added to the session; how many nodes that are.

        A history that cannot be read now is told of when something is to be kept.
        """
        if self.session is None or self._history is None or not self.saved:
            return 0
        from playground.session.others import Others

        if self._others is None or self._others.session != self.session:
            self._others = Others(self.session)
        try:
            return self._others.join(self._history, tree)
        except PlaygroundError:
            return 0

    def begin(self, session: str | None = None) -> None:
        """From now on another session is kept: `session`, or a new one with the first node in it."""
        self.session = session
        self._failed = False

    def save(self, tree: Tree, name: str | None) -> Tree:
        """Make sure that all of the tree is kept, under a name if one is given; the tree that is kept.

        What could not be kept before is kept now as a session of its own, with ids of its own. Raises
        PlaygroundError where it cannot be.
        """
        history = self.history
        if self.session is None or self._failed:
            tree = _copied(tree, history)
            session = history.begin(name)
            history.fill(session, tree)
            self.session, self._failed = session, False
        elif name:
            history.rename(self.session, name)
        return tree

    def close(self) -> None:
        for history in (self._history, self._read_only):
            if history is not None:
                history.close()
        self._history = self._read_only = None

    def _told(self, history: History) -> History:
        for line in history.notices:
            self._tell(line)
        return history

    def _try(self, work: Callable[[History], A]) -> A | None:
        if not self.saved:
            return None
        try:
            return work(self.history)
        except PlaygroundError as error:
            self._fail(error.message)
            return None

    def _fail(self, why: str) -> None:
        self._failed = True
        self._tell(f"this session is not saved from here on: {why} (/save tries again)")


def _copied(tree: Tree, history: History) -> Tree:
    """The same tree with new ids; some of its nodes may be in the history already."""
    ids: dict[str | None, str | None] = {None: None}
    nodes = []
    for node in tree:
        ids[node.id] = made = new_id()
        run = node.run if node.run and _is_kept(history, node.run) else None
        nodes.append(structs.replace(node, id=made, parent=ids[node.parent], run=run))
    return Tree(
        nodes,
        ids[tree.cursor],
        [str(ids[node]) for node in tree.deleted],
        past=[ids[node] for node in tree.past],
        future=[ids[node] for node in tree.future],
    )


def _is_kept(history: History, run: str) -> bool:
    try:
        history.run(run)
    except (PlaygroundError, TypeError):
        return False
    return True
