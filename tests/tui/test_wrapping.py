"""Rows of a text that grows: laws that hold for any text in any pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from playground.ui.tui.veil import Veil
from playground.ui.tui.wrapping import Rows

LETTERS = st.text(st.sampled_from("ab é中🐺e\u0301 \n\t-"), max_size=60)
PIECES = st.lists(LETTERS, max_size=8)
WIDTHS = st.integers(2, 17)


def lines(rows: Rows) -> list[str]:
    return ["".join(run.text for run in row) for row in rows.rows]


def laid(pieces: list[str], width: int) -> Rows:
    rows = Rows(width)
    for mark, piece in enumerate(pieces):
        rows.append(piece, mark)
    return rows


@given(PIECES, WIDTHS)
def test_pieces_are_laid_out_as_the_whole_text_is(pieces, width):
    assert lines(laid(pieces, width)) == lines(laid(["".join(pieces)], width))


@given(PIECES, WIDTHS)
def test_nothing_is_lost_and_every_stretch_keeps_its_mark(pieces, width):
    rows = laid([piece.replace("\t", " ") for piece in pieces], width)
    for mark, piece in enumerate(pieces):
        drawn = "".join(run.text for row in rows.rows for run in row if run.mark == mark)
        assert drawn == piece.replace("\t", " ").replace("\n", "")


@given(PIECES, WIDTHS)
def test_only_spaces_hang_over_the_edge(pieces, width):
    rows = laid(pieces, width)
    assert all(cell_len(line.rstrip(" \u0301")) <= width for line in lines(rows))
    assert all(run.width == cell_len(run.text) for row in rows.rows for run in row)


@given(PIECES, LETTERS, WIDTHS)
def test_what_was_appended_is_taken_back_without_a_trace(pieces, draft, width):
    rows = laid(pieces, width)
    before, kept = [list(row) for row in rows.rows], rows.kept()
    rows.append(draft, 99)
    rows.restore(kept)
    assert rows.rows == before
    rows.append("x y", 99)
    assert lines(rows) == lines(laid([*pieces, "x y"], width))


def test_words_stay_whole_where_they_fit():
    assert lines(laid(["the quick ", "br", "own fox"], 10)) == ["the quick ", "brown fox"]
    assert lines(laid(["abcdefghijkl"], 5)) == ["abcde", "fghij", "kl"]
    assert lines(laid(["中文中文中"], 5)) == ["中文", "中文", "中"]


@given(st.text(max_size=80))
def test_a_veiled_text_comes_back_exactly(text):
    veil = Veil()
    veiled = veil.veiled(text)
    assert veil.plain(veiled) == text
    assert len(veiled) == len(text) == len(veil.drawn(veiled))
    assert veiled.splitlines() == veiled.split("\n") or text.endswith("\n") or not text


def test_what_acts_on_a_terminal_is_neither_edited_nor_drawn_as_it_is():
    veil = Veil()
    text = "a\x1b[31m\u202eb\r\n\x00\u200d\U000f0001"
    veiled = veil.veiled(text)
    assert "\x1b" not in veiled
    assert veil.drawn(veiled) == "a␛[31m�b␍\n␀��"
    assert veil.plain(veiled) == text
