"""Comparing on a screen: rows of ways, their texts side by side as they stream, figures, one of them kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import DataTable

from playground.api.outputs import Column, Piece
from playground.session.ways import Way
from playground.ui.tui.screens.compare import CompareScreen
from playground.ui.tui.widgets.beside import MARKS, Beside, ColumnText
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.panel_tabs import PanelTabs

COINS = [{"a": 0.5, "b": 0.3, "c": 0.2}] * 30


@pytest.fixture
def coins(opened, model):
    """Opens the app with a model that says a, b and c as coins fall."""
    model("coins", COINS, after="x")

    def make(**more):
        return opened(**{"model": "coins", "chain": "sample", "seed": 3, "max_tokens": 12} | more)

    return make


def rows(screen) -> list[list[str]]:
    table = screen.query_one("#ways", DataTable)
    return [[str(cell) for cell in table.get_row(key)] for key in table.rows]


def texts(screen) -> list[str]:
    beside = screen.query_one(Beside)
    return ["".join(piece.text for piece in column.pieces) for column in beside.columns]


async def typed(hands, line: str) -> None:
    """Type a line into the command line that is open."""
    hands.app.screen.query_one("Input").value = line
    await hands.press("enter")


async def test_rows_run_at_once_and_their_texts_figures_and_parting_are_shown(coins):
    async with coins() as hands:
        await hands.type("x")
        await hands.press("f12")
        screen = hands.app.screen
        assert isinstance(screen, CompareScreen)
        assert rows(screen) == [
            ["1", "coins", "sample", "", "3"],
            ["2", "coins", "greedy", "", "3"],
        ]
        await hands.press("ctrl+g")
        sampled, greedy = texts(screen)
        assert greedy == "a" * 12
        assert len(sampled) == 12
        assert set(sampled) > {"a"}
        figures = screen.query_one("#figures", Pager).text
        assert "perplexity" in figures
        assert "they part at token" in figures
        assert figures.count('"a" 0.5000') == 2
        pieces = screen.query_one(Beside).columns[0].pieces
        assert "bold" in [piece.style for piece in pieces if piece.text]
        assert hands.bench.text == "x"
        assert "nodes 2 to 3" in screen.query_one("#status").note.text


async def test_the_chosen_text_is_kept_and_becomes_the_document(coins):
    async with coins() as hands:
        await hands.type("x")
        await hands.press("f12", "g", "down", "k")
        assert hands.app.screen is hands.write
        assert hands.shown == hands.bench.text == "x" + "a" * 12
        assert len(hands.bench.tree) == 3
        await hands.press("f12")
        assert texts(hands.app.screen)[1] == "a" * 12
        hands.app.screen.query_one(Beside).focus()
        await hands.press("left", "enter")
        assert hands.bench.number(hands.bench.tree.cursor) == 2


async def test_another_seed_is_drawn_for_all_rows_that_leave_it_open(coins):
    async with coins(seed=None) as hands:
        await hands.type("x")
        await hands.press("f12", "down", "x", "a")
        await typed(hands, '/compare "top_k(3) | sample"')
        screen = hands.app.screen
        await hands.press("g")
        first = texts(screen)
        await hands.press("r")
        second = texts(screen)
        assert first[0] == first[1]
        assert second[0] == second[1]
        assert first != second
        seeds = {spoken.request.seed for spoken in hands.bench.spoken.values()}
        assert len(seeds) == 2


async def test_rows_are_typed_changed_and_removed_and_what_cannot_be_is_told(coins, model):
    model("other", "zzz", after="x")
    async with coins() as hands:
        await hands.type("x")
        await hands.press("f12", "down", "enter")
        assert hands.app.screen.query_one("Input").value == "/compare greedy"
        await typed(hands, "/compare greedy model=other seed=9 seed=10")
        screen = hands.app.screen
        assert [row[1:] for row in rows(screen)[1:]] == [
            ["other", "greedy", "", "9"],
            ["other", "greedy", "", "10"],
        ]
        await hands.press("down", "delete")
        assert screen.ways == [Way(), Way(chain="greedy", model="other", seed=9)]
        await hands.press("e")
        await typed(hands, "/compare seed=x")
        assert "whole number" in screen.query_one("#status").note.text
        assert len(screen.ways) == 2
        await hands.press("g")
        assert texts(screen)[1] == "zzz"
        await hands.press("x", "x", "x")
        assert len(screen.ways) == 1
        await hands.press("e")
        await hands.press("escape")
        assert hands.app.screen is screen


async def test_the_words_of_a_row_are_completed(coins):
    async with coins() as hands:
        await hands.press("f12", "a")
        for typing, offered in (
            ("model=co", "model=coins"),
            ("bea", "beam"),
            ("temp", "template="),
        ):
            hands.app.screen.query_one("Input").value = f"/compare greedy ; {typing}"
            await hands.settle()
            assert offered in [o.text for o in hands.app.screen.query_one("Offers").offers]


async def test_a_line_that_is_typed_anywhere_shows_the_screen_and_runs(coins):
    async with coins() as hands:
        await hands.type("x")
        await hands.command('/compare greedy ; "top_k(1) | sample" seed=1')
        screen = hands.app.screen
        assert isinstance(screen, CompareScreen)
        assert texts(screen) == ["a" * 12, "a" * 12]
        await hands.press("escape")
        await hands.command("/compare greedy")
        assert hands.app.screen.ways == [Way(), Way(chain="greedy")]


async def test_columns_stream_at_once_and_escape_stops_all_and_loses_nothing(opened, model):
    model("endless", "la" * 3000, after="x", pause=0.01)
    async with opened(model="endless", chain="greedy", max_tokens=5000) as hands:
        await hands.type("x")
        await hands.pilot.press("f12", "ctrl+g")
        screen = hands.app.screen
        await hands.until(lambda: texts(screen) and all(len(text) > 5 for text in texts(screen)))
        assert "esc stops" in screen.query_one("#status").busy
        await hands.pilot.press("g", "k")
        assert hands.app.screen is screen
        await hands.press("escape")
        assert screen.query_one("#status").busy == ""
        nodes = hands.bench.tree.children(hands.bench.tree.cursor)
        assert [node.ended for node in nodes] == ["cancelled", "cancelled"]
        assert [node.text for node in nodes] == texts(screen)


async def test_samples_of_a_row_are_columns_of_their_own(coins):
    async with coins(n=2) as hands:
        await hands.type("x")
        await hands.press("f12", "g", "down")
        screen = hands.app.screen
        beside = screen.query_one(Beside)
        assert [column.name for column in beside.columns][2:] == ["greedy #1", "greedy #2"]
        assert beside.chosen == 2
        beside.focus()
        await hands.press("left")
        assert screen.query_one("#ways", DataTable).cursor_row == 0
        await hands.press("k")
        assert hands.bench.number(hands.bench.tree.cursor) == 3


async def test_a_model_that_fails_and_a_template_that_takes_no_text_are_told(coins, model, home):
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "closed.toml").write_text("layout = '{{q}}'\nquery = 'Once'\n")
    model("broken", [{"nope": 1.0}], after="x")
    async with coins() as hands:
        await hands.type("x")
        await hands.command("/compare model=coins ; model=broken")
        screen = hands.app.screen
        assert screen.query_one("#status").note.kind == "error"
        assert hands.bench.text == "x"
        await hands.press("escape")
        await hands.command("/compare template=none template=closed")
        assert "takes no text" in screen.query_one("#status").note.text
        await hands.press("escape")
        await hands.command("/compare model=coins ; model=nobody")
        assert "nobody" in screen.query_one("#status").note.text


async def test_what_was_written_and_not_kept_yet_is_kept_first(coins):
    async with coins() as hands:
        await hands.press("f12")
        assert "the empty text" in str(hands.app.screen.query_one("#title").content)
        await hands.press("g")
        assert len(texts(hands.app.screen)) == 2
        await hands.press("f2")
        assert hands.shown == ""
        await hands.type("x, but")
        await hands.press("f12", "g")
        assert "x, but" in str(hands.app.screen.query_one("#title").content)
        assert hands.bench.text == "x, but"
        await hands.press("f2")
        assert hands.shown == "x, but"


@pytest.mark.parametrize("size", [(120, 40), (90, 30), (50, 18), (130, 15)])
async def test_there_is_a_pane_at_a_time_where_there_is_no_room_for_three(coins, size):
    async with coins(size=size) as hands:
        await hands.type("x")
        await hands.press("f12")
        screen = hands.app.screen
        parts = ["#ways", "#beside", "#figures"]

        def shown():
            return [part for part in parts if screen.query_one(part).display]

        wide = size == (120, 40)
        assert shown() == (parts if wide else ["#ways"])
        await hands.press("g")
        assert shown() == (parts if wide else ["#beside"])
        assert screen.query_one("#beside").size.height > 5
        await hands.press("f6")
        assert shown() == (parts if wide else ["#figures"])
        await hands.press("f6")
        assert screen.focused is screen.query_one("#ways")
        if size == (90, 30):
            await hands.pilot.click(PanelTabs, offset=(8, 0))
            await hands.settle()
            assert shown() == ["#beside"]
        for other in ((20, 5), (100, 20), (120, 40)):
            await hands.pilot.resize_terminal(*other)
            await hands.settle()
        assert shown() == parts


async def test_columns_that_do_not_fit_move_so_that_the_chosen_one_is_seen(coins):
    async with coins(size=(64, 30)) as hands:
        await hands.type("x")
        await hands.command("/compare greedy sample seed=1 seed=2")
        beside = hands.app.screen.query_one(Beside)
        beside.focus()
        assert "1 greedy" in beside.text
        assert "4 sample" not in beside.text
        await hands.press("right", "right", "right")
        assert "4 sample" in beside.text
        await hands.pilot.click(Beside, offset=(2, 3))
        await hands.settle()
        assert beside.chosen == 2


async def test_where_texts_part_is_seen_without_colour(coins, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with coins() as hands:
        await hands.type("x")
        await hands.press("f12", "g")
        beside = hands.app.screen.query_one(Beside)
        parting = [s for s in beside.render_line(1) if s.style.bold and s.style.underline]
        assert len(parting) == 2


STYLED = st.lists(
    st.builds(Piece, st.text("ab \n中e\u0301"), st.sampled_from(["", "dim", "bold"])), max_size=4
)


@given(st.lists(STYLED, min_size=1, max_size=5), st.integers(1, 20))
def test_what_is_laid_out_as_it_grows_is_what_is_laid_out_at_once(growth, width):
    grown = ColumnText(width)
    for pieces in growth:
        grown.show(Column("", tuple(pieces)))
    whole = ColumnText(width)
    whole.show(Column("", tuple(growth[-1])))

    def seen(text):
        return [[(c, run.mark) for run in row for c in run.text] for row in text.rows.rows]

    assert seen(grown) == seen(whole)
    assert all(run.mark < len(MARKS) for row in whole.rows.rows for run in row)
