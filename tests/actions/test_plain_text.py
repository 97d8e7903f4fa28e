"""Outputs as plain text: safe, complete, nothing twice."""

from __future__ import annotations

from playground.api.outputs import Note, Passage, Piece, Table, plain
from playground.session.layout import display_width, table_lines
from playground.session.plain_text import PlainText

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\u202eevil\u200b\x9bend"
SEEN = "␛]0;owned␇␛[31mred<U+202E>evil<U+200B><U+009B>end"


def shown(*outputs, width=None):
    text = PlainText(width)
    return "".join(map(text.take, outputs))


def test_kinds_of_notes_are_told_apart_without_colours():
    assert shown(Note("a"), Note("b", "notice"), Note("c", "warning"), Note("d", "error", "e")) == (
        "a\n-- b\nwarning: c\nerror: d\nhint: e\n"
    )


def test_whatever_is_shown_is_safe():
    outputs = (
        Note(HOSTILE),
        Note(HOSTILE, "error", HOSTILE),
        Table((HOSTILE,), ((HOSTILE,),)),
        plain(HOSTILE),
        Passage((Piece(HOSTILE, logprobs=(0.0,)), Piece(HOSTILE, "added"))),
    )
    for output in outputs:
        text = shown(output)
        assert SEEN in text
        assert not set("\x1b\x07\u202e\u200b\x9b") & set(text)


def test_a_passage_ends_its_line_and_the_next_output_begins_one():
    assert shown(plain("a"), plain("b\n"), Note("c")) == "a\nb\nc\n"


def test_a_table_fits_a_narrow_terminal_as_lines_of_its_own():
    table = Table(("n", "name", "what"), ((1, "first", "some words"), (2, None, "")))
    assert shown(table) == "n  name   what\n1  first  some words\n2\n"
    assert shown(table, width=20) == "n: 1\nname: first\nwhat: some words\n\nn: 2\n\n"


def test_the_last_column_wraps_under_itself():
    lines = table_lines(("n", "what"), [(1, "word " * 10)], width=30)
    assert lines[1:] == ["1  word word word word word", "   word word word word word"]


def test_wide_and_combining_characters_take_the_columns_they_take():
    assert display_width("日本") == 4
    assert display_width("e\u0301") == 1
