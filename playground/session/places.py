"""What a person means by a node: its number, its name or the beginning of its id."""

from __future__ import annotations

from playground.api.errors import UnknownName
from playground.session.nodes import Node
from playground.session.tree import Tree


def find_node(tree: Tree, reference: str) -> Node | None:
    """The node of a number (in the order in which nodes were made, from 1), a name or an id.

    None for 0, the empty text. Raises UnknownName and InvalidInput.
    """
    word = reference.strip().removeprefix("#")
    named = any(node.name == reference for node in tree)
    if word.isdecimal() and word.isascii() and not named and len(word) < 6:
        number = int(word)
        if number > len(tree):
            raise UnknownName(
                f"there is no node {number}, the last is {len(tree)}", "/tree shows them"
            )
        return None if number == 0 else [*tree][number - 1]
    return tree.find(reference)
