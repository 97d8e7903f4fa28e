"""Continuations as a tree: every one of them can be read off it, with its probability."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api.events import TreeToken
from playground.session.branches import SHOWN, Branch, drawn, grown
from playground.session.plain_text import PlainText

HALF, QUARTER = math.log(0.5), math.log(0.25)
BRANCHES = st.recursive(
    st.builds(Branch, st.text("ab", min_size=1, max_size=2), st.floats(-5, 0)),
    lambda children: st.builds(
        Branch,
        st.text("ab", min_size=1, max_size=2),
        st.floats(-5, 0),
        st.lists(children, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=12,
)


def test_a_tree_is_drawn_with_the_probability_of_every_path():
    king = Branch(
        "king", HALF, (Branch(" is", QUARTER, (Branch(" dead", 0.0),)), Branch(" was", HALF))
    )
    lines = PlainText().take(drawn([king, Branch("\nqueen\x1b", QUARTER)])).splitlines()
    assert lines == [
        "├─ king(0.5)  0.5000",
        "│  ├─  is(0.25) dead(1)  0.1250",
        "│  └─  was(0.5)  0.2500",
        "└─ ␊queen␛(0.25)  0.2500",
    ]


def paths(branch: Branch) -> list[tuple[Branch, ...]]:
    below = [path for child in branch.children for path in paths(child)]
    return [(branch, *path) for path in below] or [(branch,)]


@given(st.lists(BRANCHES, min_size=1, max_size=3))
def test_every_path_can_be_read_off_the_drawing(branches):
    shown = "".join(piece.text for piece in drawn(branches).pieces)
    stack: list[str] = []
    read = []
    lines = shown.splitlines()
    for number, line in enumerate(lines):
        mark = max(line.find("├─ "), line.find("└─ "))
        depth = mark // 3
        text, _, chance = line[mark + 3 :].rpartition("  ")
        stack[depth:] = [text]
        deeper = number + 1 < len(lines) and max(map(lines[number + 1].find, ("├─ ", "└─ "))) > mark
        if not deeper:
            read.append(("".join(stack), float(chance)))
    wanted = [path for branch in branches for path in paths(branch)]
    assert [text for text, _ in read] == ["".join(b.text for b in path) for path in wanted]
    assert [chance for _, chance in read] == pytest.approx(
        [math.exp(sum(b.logprob for b in path)) for path in wanted], abs=1e-4
    )


@st.composite
def trees(draw):
    parents = draw(st.lists(st.integers(-1, 60), min_size=1, max_size=120))
    return [
        TreeToken(min(parent, place - 1), place, f"{place},", draw(st.floats(-3, -0.01)))
        for place, parent in enumerate(parents)
    ]


@given(trees())
def test_of_a_search_the_likeliest_continuations_are_drawn_each_with_all_of_its_tokens(tokens):
    def ending_at(place: int) -> tuple[TreeToken, ...]:
        token = tokens[place]
        return (*(ending_at(token.parent) if token.parent >= 0 else ()), token)

    def chance(path) -> float:
        return sum(token.logprob for token in path)

    leaves = set(range(len(tokens))) - {token.parent for token in tokens}
    every = sorted((ending_at(leaf) for leaf in leaves), key=lambda path: -chance(path))
    shown = [path for branch in grown(tokens) for path in paths(branch)]
    assert {tuple(b.text for b in path) for path in shown} == {
        tuple(token.text for token in path) for path in every[:SHOWN]
    }


def test_branches_are_drawn_the_likeliest_first():
    tokens = [
        TreeToken(-1, 1, "a", QUARTER),
        TreeToken(-1, 2, "b", HALF),
        TreeToken(1, 3, "c", 0.0),
    ]
    assert [branch.text for branch in grown(tokens)] == ["b", "a"]
