"""Texts in columns: whole, within the width, and as many lines as there may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.api.outputs import Column, Piece
from playground.session.columns import BETWEEN, column_lines, wrapped
from playground.session.layout import display_width

TEXT = st.text("ab cdé漢\n\x1b\u202e", max_size=60)
COLUMNS = st.lists(
    st.builds(
        Column, st.text("xyz", min_size=1, max_size=30), st.tuples(st.builds(Piece, TEXT))
    ),
    min_size=1,
    max_size=9,
)  # fmt: skip


def plain(text: str, style: str) -> str:
    return text


def marked(text: str, style: str) -> str:
    return f"<{style}:{text}>" if style and text else text


@given(COLUMNS, st.integers(10, 200), st.none() | st.integers(1, 30))
def test_no_line_is_wider_than_the_terminal_and_no_more_of_them_than_allowed(
    columns, width, height
):
    lines = column_lines(columns, width, plain, height=height)
    assert all(display_width(line) <= width for line in lines)
    assert not any("\x1b" in line or "\u202e" in line or "\n" in line for line in lines)
    if height is not None:
        assert len(lines) <= height


@given(TEXT, st.integers(2, 40))
def test_wrapping_loses_nothing_but_the_space_at_which_it_breaks(text, room):
    lines = ["".join(cell[0] for cell in line) for line in wrapped([Piece(text)], room)]
    assert all(display_width(line) <= room for line in lines)
    safe = text.replace("\x1b", "␛").replace("\u202e", "<U+202E>")
    assert "".join(lines).replace(" ", "") == safe.replace(" ", "").replace("\n", "")


def test_words_are_not_broken_where_there_is_a_space_to_break_at():
    lines = ["".join(c[0] for c in line) for line in wrapped([Piece("one two threefour")], 8)]
    assert lines == ["one two ", "threefou", "r"]


def test_columns_stand_beside_each_other_as_far_as_there_is_room():
    columns = [Column(name, (Piece("text"),)) for name in "abc"]
    wide = column_lines(columns, 90, plain)
    assert [part.strip() for part in wide[0].split(BETWEEN)] == ["a", "b", "c"]
    assert [part.strip() for part in wide[2].split(BETWEEN)] == ["text"] * 3
    narrow = column_lines(columns, 40, plain)
    assert [line for line in narrow if line in ("a", "b", "c", "text")] == [
        "a", "text", "b", "text", "c", "text",
    ]  # fmt: skip


def test_with_little_height_the_ends_of_the_texts_are_seen():
    text = "\n".join(map(str, range(50)))
    lines = column_lines([Column("a", (Piece(text),))], 30, plain, height=5)
    assert lines[0] == "a"
    assert lines[2:] == ["47", "48", "49"]


def test_styles_go_to_what_draws_them_and_take_no_room():
    columns = [Column("a", (Piece("so", "dim"), Piece(" it", "bold"))), Column("b", ())]
    lines = column_lines(columns, 60, marked)
    assert lines[0].startswith("<bold:a>")
    assert lines[2].startswith("<dim:so><bold: it>" + " " * (28 - len("so it")))
