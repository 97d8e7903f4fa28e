"""Tables of rows: what has no room ends in an ellipsis, and paths are short."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

import playground_sampling
from playground import paths
from playground.session.shown_path import shown_path
from playground.ui.tui.widgets.row_table import Line, RowTable

ROWS = [
    Line(str(place), (str(place), f"row {place} is rather long", "last")) for place in range(30)
]


class Shown(App[None]):
    def compose(self):
        yield RowTable(("n", "what", "more"))


def drawn(table: RowTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


@pytest.mark.parametrize("width", [16, 20, 24])
async def test_the_column_that_would_cross_the_edge_ends_in_an_ellipsis(width):
    async with Shown().run_test(size=(width, 10)) as pilot:
        table = pilot.app.query_one(RowTable)
        table.fill(ROWS, None)
        await pilot.pause()
        lines = drawn(table)
        assert lines[1].startswith(" 0   row 0")
        assert lines[1].endswith("…")
        assert "last" not in lines[1]


async def test_with_room_for_all_nothing_is_cut_however_the_room_came():
    async with Shown().run_test(size=(16, 10)) as pilot:
        table = pilot.app.query_one(RowTable)
        table.fill(ROWS, None)
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert drawn(table)[1].split() == ["0", "row", "0", "is", "rather", "long", "last"]


async def test_the_cursor_stays_on_its_row_when_rows_change_and_when_the_room_does():
    async with Shown().run_test(size=(80, 10)) as pilot:
        table = pilot.app.query_one(RowTable)
        table.fill(ROWS, "3")
        assert table.chosen == "3"
        await pilot.press("down")
        table.fill(ROWS[2:], "9")
        assert table.chosen == "4"
        await pilot.resize_terminal(20, 8)
        await pilot.pause()
        assert table.chosen == "4"
        table.fill([], None)
        assert table.chosen is None


async def test_what_acts_on_a_terminal_is_drawn_as_signs():
    async with Shown().run_test(size=(80, 10)) as pilot:
        table = pilot.app.query_one(RowTable)
        table.fill([Line("x", ("1", "\x1b[2J\n[bold]", ""))], None)
        await pilot.pause()
        assert "\x1b" not in "".join(drawn(table))
        assert "[bold]" in drawn(table)[1]


def test_a_path_is_shown_by_its_package_or_from_home_on_and_else_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shown_path(tmp_path / "models" / "mine") == "~/models/mine"
    assert shown_path(playground_sampling.__file__) == "playground_sampling/__init__.py"
    assert shown_path(paths.shipped_prompts() / "fox.toml") == "playground/prompts/fox.toml"
    assert shown_path(Path("/nowhere/at all")) == "/nowhere/at all"
    for other in ("gpt2", "", "plugin mine", "./here"):
        assert shown_path(other) == other
