"""Continuations as a tree: every one of them can be read off it, with its probability."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.session.branches import Branch, drawn, grown
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


TOKENS = st.lists(st.tuples(st.sampled_from("ab"), st.just(-1.0)), min_size=1, max_size=4)


@given(st.lists(TOKENS, max_size=8, unique_by=tuple))
def test_what_has_grown_of_continuations_has_all_of_them(texts):
    ends = {tuple(text for text, _ in tokens) for tokens in texts}
    found = {tuple(b.text for b in path) for branch in grown(texts) for path in paths(branch)}
    # One that goes on in another is a part of that one's path.
    assert found == {a for a in ends if not any(a != b and b[: len(a)] == a for b in ends)}
