"""The tree forgets nothing: adding is the only way to change it, and every move can be taken back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
)

from playground.api import InvalidInput, UnknownName
from playground.session.nodes import Node, NodeToken, text_node
from playground.session.tree import Tree


def said(parent: str | None, *texts: str) -> Node:
    """A node that a model generated, a token for each of `texts`."""
    node = text_node(parent, "".join(texts))
    tokens = tuple(NodeToken(i, text, -1.0, -1.0) for i, text in enumerate(texts))
    return Node(
        id=node.id, parent=parent, kind="generated", text=node.text, created=0, tokens=tokens
    )


@pytest.fixture
def tree() -> Tree:
    return Tree()


class Editing(RuleBasedStateMachine):
    """Anything a person may do, beside a plain record of what must still be there."""

    nodes = Bundle("nodes")

    def __init__(self) -> None:
        super().__init__()
        self.tree = Tree()
        self.added: dict[str, tuple[str | None, str]] = {}

    def _keep(self, node: Node) -> str:
        self.added[node.id] = (node.parent, node.text)
        return node.id

    @rule(target=nodes, text=st.text(max_size=4))
    def type_text(self, text):
        return self._keep(self.tree.add(text_node(self.tree.cursor, text)))

    @rule(target=nodes, node=nodes, texts=st.lists(st.text(max_size=2), max_size=3))
    def try_again(self, node, texts):
        parent = self.tree[node].parent
        if not self.tree.visible(parent):
            with pytest.raises(InvalidInput):
                self.tree.add(said(parent, *texts))
            return self._keep(self.tree.add(text_node(self.tree.cursor, "")))
        return self._keep(self.tree.add(said(parent, *texts), move=False))

    @rule(target=nodes, node=nodes, place=st.integers(0, 3), text=st.text(max_size=2))
    def take_another_token(self, node, place, text):
        old = self.tree[node]
        if place >= len(old.tokens) or not self.tree.visible(old.parent):
            with pytest.raises(InvalidInput):
                self.tree.branch(node, place, NodeToken(9, text, -2.0, -2.0))
            return node
        made = self.tree.branch(node, place, NodeToken(9, text, -2.0, -2.0))
        assert made.text == "".join(token.text for token in old.tokens[:place]) + text
        assert self.tree.cursor == made.id
        return self._keep(made)

    @rule(node=st.none() | nodes)
    def go(self, node):
        if self.tree.visible(node):
            self.tree.go(node)
            assert self.tree.cursor == node
        else:
            with pytest.raises(InvalidInput):
                self.tree.go(node)

    @rule(node=nodes)
    def delete(self, node):
        self.tree.delete(node)
        assert not self.tree.visible(node)

    @rule(node=nodes)
    def restore(self, node):
        self.tree.restore(node)
        assert node not in self.tree.deleted

    @rule(node=nodes, name=st.none() | st.sampled_from(["a", "b"]), pinned=st.booleans())
    def mark(self, node, name, pinned):
        self.tree.pin(node, pinned)
        taken = any(other.name == name and other.id != node for other in self.tree)
        if name is not None and taken:
            with pytest.raises(InvalidInput):
                self.tree.rename(node, name)
        else:
            self.tree.rename(node, name)
            assert self.tree[node].name == name
        assert self.tree[node].pinned == pinned

    def _view(self):
        return self.tree.cursor, self.tree.deleted

    @rule()
    def undo_and_redo_are_inverse(self):
        before = self._view()
        if self.tree.undo():
            assert self.tree.redo()
        assert self._view() == before

    @rule()
    def redo_and_undo_are_inverse(self):
        before = self._view()
        if self.tree.redo():
            assert self.tree.undo()
        assert self._view() == before

    @rule()
    def undo(self):
        before = self._view()
        assert self.tree.undo() == (self._view() != before)

    @rule()
    def redo(self):
        before = self._view()
        assert self.tree.redo() == (self._view() != before)

    @invariant()
    def nothing_is_lost_or_changed(self):
        assert {node.id: (node.parent, node.text) for node in self.tree} == self.added

    @invariant()
    def every_node_is_reached_from_the_empty_text(self):
        reached: set[str] = set()
        waiting: list[str | None] = [None]
        while waiting:
            children = [node.id for node in self.tree.children(waiting.pop(), deleted=True)]
            reached.update(children)
            waiting += children
        assert reached == self.added.keys()

    @invariant()
    def walking_meets_what_is_visible_each_once(self):
        met = [node.id for _, node in self.tree.walk()]
        assert sorted(met) == sorted(filter(self.tree.visible, self.added))
        assert all(depth == len(self.tree.path(node.id)) - 1 for depth, node in self.tree.walk())

    @invariant()
    def a_path_is_the_text(self):
        for node in self.added:
            text, step = "", node
            while step is not None:
                parent, own = self.added[step]
                text, step = own + text, parent
            assert self.tree.text(node) == text

    @invariant()
    def one_never_stands_on_what_is_hidden(self):
        assert self.tree.visible(self.tree.cursor)


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_retry_is_a_sibling_and_undo_goes_back_to_the_first_try(tree):
    prompt = tree.add(text_node(None, "Once"))
    first = tree.add(said(prompt.id, " upon"))
    second = tree.add(said(tree[first.id].parent, " there"))
    assert tree.siblings(second.id) == [first, second]
    assert tree.text(tree.cursor) == "Once there"
    tree.undo()
    assert tree.text(tree.cursor) == "Once upon"


def test_samples_do_not_move_the_cursor(tree):
    prompt = tree.add(text_node(None, "Once"))
    for text in (" a", " b", " c"):
        tree.add(said(prompt.id, text), move=False)
    assert tree.cursor == prompt.id
    assert [child.text for child in tree.children(prompt.id)] == [" a", " b", " c"]


def test_deleting_hides_what_is_below_and_undo_brings_all_of_it_back(tree):
    prompt = tree.add(text_node(None, "Once"))
    end = tree.add(said(prompt.id, " upon"))
    tree.delete(prompt.id)
    assert (tree.cursor, tree.visible(end.id), list(tree.walk())) == (None, False, [])
    tree.undo()
    assert (tree.cursor, tree.visible(end.id)) == (end.id, True)


def test_a_node_is_found_by_its_name_or_the_beginning_of_its_id(tree):
    node = tree.rename(tree.add(text_node(None, "x")).id, "opening")
    assert tree.find("opening") == tree.find(node.id[:8].upper()) == node
    with pytest.raises(UnknownName) as unknown:
        tree.find("openning")
    assert unknown.value.hint == "did you mean opening?"


def test_a_beginning_that_several_ids_share_names_them(tree):
    nodes = [tree.add(text_node(None, "x")) for _ in range(2)]
    with pytest.raises(InvalidInput, match="2 nodes begin with '0'") as several:
        tree.find("0")
    assert all(node.id in several.value.hint for node in nodes)


@given(st.text(), st.text(), st.text())
def test_a_comparison_holds_both_texts_whole(common, left, right):
    tree = Tree()
    prompt = tree.add(text_node(None, common))
    one, other = (tree.add(said(prompt.id, text)) for text in (left, right))
    changes = tree.diff(one.id, other.id)
    assert "".join(change.left for change in changes) == common + left
    assert "".join(change.right for change in changes) == common + right


def test_a_comparison_is_by_words(tree):
    one, other = (tree.add(text_node(None, text)) for text in ("the old king", "the new king"))
    changes = [(c.left, c.right) for c in tree.diff(one.id, other.id) if not c.equal]
    assert changes == [("old", "new")]


def test_a_copy_of_a_path_is_a_tree_of_its_own_with_the_same_text(tree):
    prompt = tree.add(text_node(None, "Once"))
    tree.add(said(prompt.id, " never"))
    end = tree.add(said(prompt.id, " upon"))
    copy = tree.copy_of_path(end.id)
    assert copy.text(copy.cursor) == "Once upon"
    assert len(copy) == 2
    assert {node.id for node in copy}.isdisjoint(node.id for node in tree)
