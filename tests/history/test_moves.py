"""Moves are kept as they are made: undo and redo go on after reopening as if nothing had happened."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.session.nodes import text_node
from playground.session.store import History
from playground.session.tree import Tree

MOVES = st.one_of(
    st.just("add"), st.just("undo"), st.just("redo"), st.none(), st.integers(0, 5)
)  # fmt: skip


def moved(history: History, session: str, tree: Tree, move: object) -> bool:
    """Make a move in the tree and keep it, if it can be made. A number goes to a node, None to no text."""
    nodes = [node.id for node in tree]
    if move == "add":
        node = tree.add(text_node(tree.cursor, "x"))
        history.add(session, [node])
        history.move(session, node.id)
        return True
    if move in ("undo", "redo"):
        by = -1 if move == "undo" else 1
        done = tree.undo() if by < 0 else tree.redo()
        if done:
            history.step(session, tree.cursor, by)
        return done
    if isinstance(move, int) and not nodes:
        return False
    tree.go(None if move is None else nodes[move % len(nodes)])
    history.move(session, tree.cursor)
    return True


def where(tree: Tree) -> tuple[list[str | None], str | None, list[str | None]]:
    return tree.past, tree.cursor, tree.future


@given(moves=st.lists(MOVES, max_size=25))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_session_is_reopened_with_every_move_that_can_be_undone_or_redone(history, moves):
    session = history.begin()
    tree = Tree()
    for move in moves:
        moved(history, session, tree, move)
    reopened = history.tree(session)
    assert where(reopened) == where(tree)
    while reopened.undo():
        assert tree.undo()
        assert where(reopened) == where(tree)


@given(moves=st.lists(st.tuples(st.booleans(), MOVES), max_size=25))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_two_front_ends_in_one_session_leave_moves_that_lead_to_where_it_goes_on(history, moves):
    session = history.begin()
    trees = [Tree(), Tree()]
    last = None
    for first, move in moves:
        tree = trees[first]
        last = tree.cursor if moved(history, session, tree, move) else last
    kept = history.tree(session)
    assert kept.cursor == last
    nodes = {node.id for node in kept} | {None}
    assert {*kept.past, *kept.future} <= nodes


def test_a_fork_begins_without_moves_and_an_erased_session_leaves_none(history):
    session = history.begin()
    tree = Tree()
    for move in ("add", "add", None, "undo", 0, "undo"):
        moved(history, session, tree, move)
    fork = history.tree(history.fork(str(tree.cursor)))
    assert (fork.past, fork.future) == ([], [])
    assert fork.text(fork.cursor) == tree.text(tree.cursor)
    history.erase(session)
    count = "SELECT count(*) FROM move"
    assert history.connection.execute(count).fetchone()[0] == 0
