"""The screen of templates: what there is, how each looks filled, which is chosen, what changes on disk."""

from __future__ import annotations

import pytest
from textual.widgets import DataTable

from playground.ui.tui.screens.templates import TemplatesScreen
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.status_line import StatusLine

ASK = """\
description = 'Asks about a thing'
header = 'Facts. '
query = '''{{topic}}: {{input}}'''
[variables.topic]
help = 'what about'
"""


@pytest.fixture
def prompts(home):
    """The user's folder of templates, with one that asks."""
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "ask.toml").write_text(ASK)
    return folder


def names(screen) -> dict[str, list[str]]:
    table = screen.query_one(DataTable)
    rows = [[str(cell) for cell in table.get_row(key)] for key in table.rows]
    return {row[1]: row for row in rows}


async def at(hands, name: str) -> TemplatesScreen:
    """The screen, with this template under the cursor."""
    if not isinstance(hands.app.screen, TemplatesScreen):
        await hands.press("f10")
    screen = hands.app.screen
    table = screen.query_one(DataTable)
    table.move_cursor(row=[str(key.value) for key in table.rows].index(name))
    await hands.settle()
    return screen


async def test_every_template_is_listed_with_what_it_is_and_where_it_comes_from(tale, prompts):
    async with tale() as hands:
        screen = await at(hands, "ask")
        rows = names(screen)
        assert rows["ask"][2:] == ["Asks about a thing", str(prompts / "ask.toml")]
        assert set(rows) == set(hands.bench.session.prompts.entries())


async def test_the_page_shows_facts_the_source_and_the_template_filled_with_the_text(tale, prompts):
    async with tale() as hands:
        await hands.type("why is it red")
        screen = await at(hands, "ask")
        text = screen.query_one(Pager).text
        assert "what about" in text
        assert "1 description = 'Asks about a thing'" in text
        # A variable that has to be given is still a place, and it is said how it is given.
        assert "Facts. {{topic}}: why is it red" in text
        assert "{{topic}} is not filled yet" in text
        await hands.press("enter", "p", *"topic=foxes", "enter")
        assert hands.bench.choices.template == "ask"
        assert "Facts. foxes: {{input}}" in screen.query_one(Pager).text
        assert names(screen)["ask"][0] == "▶"
        await hands.press("x")
        assert hands.bench.choices.template is None
        assert names(screen)["ask"][0] == ""


async def test_what_is_being_written_stays_when_a_template_is_chosen(tale, prompts):
    async with tale() as hands:
        await hands.type("half a thought")
        await at(hands, "ask")
        await hands.press("enter", "f2")
        assert "half a thought" in [node.text for node in hands.bench.tree]


async def test_a_broken_file_is_told_with_its_line_and_hides_no_other(tale, prompts):
    (prompts / "broken.toml").write_text("query = 'x'\nlayuot = 'y'\n")
    async with tale() as hands:
        screen = await at(hands, "broken")
        assert names(screen)["broken"][2].startswith("▲ 2: unknown key 'layuot'")
        text = screen.query_one(Pager).text
        assert "did you mean layout?" in text
        assert "▲2 layuot = 'y'" in text
        assert "ask" in names(screen)


async def test_a_file_that_is_saved_is_read_again_and_it_is_told(tale, prompts):
    async with tale() as hands:
        screen = await at(hands, "ask")
        status = screen.query_one(StatusLine)

        def told(words: str) -> bool:
            return status.note is not None and words in status.note.text

        # Until the files have been looked at once there is nothing to compare with.
        await hands.until(lambda: hands.app._saved._templates._stamps is not None)
        (prompts / "ask.toml").write_text(ASK.replace("Facts.", "Tales."))
        await hands.until(lambda: told("template ask was saved"))
        await hands.until(lambda: "Tales. {{topic}}" in screen.query_one(Pager).text)
        (prompts / "ask.toml").write_text(ASK + "nonsense\n")
        await hands.until(lambda: told("ask.toml:6: not TOML"))
        await hands.until(lambda: "▲6 nonsense" in screen.query_one(Pager).text)
        (prompts / "more.toml").write_text("query = 'more'")
        await hands.until(lambda: told("template more is new"))
        await hands.until(lambda: "more" in names(screen))
        (prompts / "more.toml").unlink()
        await hands.until(lambda: told("template more is gone"))
        await hands.until(lambda: "more" not in names(screen))
        assert any("was saved" in line for line in hands.bench.log)


async def test_what_is_doubtful_about_the_filled_template_is_told_when_a_model_is_there(
    tale, prompts
):
    (prompts / "spaced.toml").write_text("query = '{{input}} '\n")
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g")
        screen = await at(hands, "spaced")
        assert "ends in 1 space" in screen.query_one(Pager).text


@pytest.mark.parametrize(
    ("size", "beside", "both"),
    [((120, 40), True, True), ((90, 30), False, True), ((50, 18), False, False)],
)
async def test_list_and_page_are_beside_each_other_below_or_one_at_a_time(
    tale, prompts, size, beside, both
):
    async with tale(size=size) as hands:
        screen = await at(hands, "ask")
        table, pager = screen.query_one(DataTable), screen.query_one(Pager)
        assert table.display
        assert pager.display == both
        if both:
            assert (pager.region.x > table.region.x) == beside
            assert (pager.region.y > table.region.y) == (not beside)
        await hands.press("space")
        assert pager.has_focus
        assert pager.region.height > 5
        assert table.display == both
        assert "Asks about a thing" in pager.text
        await hands.press("escape")
        assert table.has_focus
        await hands.press("escape")
        assert hands.app.screen is hands.write


async def test_the_path_of_the_file_is_copied_for_an_editor(tale, prompts):
    async with tale() as hands:
        await at(hands, "ask")
        await hands.press("c")
        assert hands.app.clipboard == str(prompts / "ask.toml")


async def test_without_colour_the_source_is_told_apart_by_weight_and_slant(
    tale, prompts, monkeypatch
):
    monkeypatch.setenv("NO_COLOR", "1")
    (prompts / "ask.toml").write_text("# mine\n" + ASK)
    async with tale() as hands:
        screen = await at(hands, "ask")
        pager = screen.query_one(Pager)
        place = pager.text.split("\n").index(" 1 # mine")
        pager.scroll_to(y=place, animate=False)
        await hands.settle()
        strip = pager.render_line(place - pager.scroll_offset.y)
        slanted = "".join(segment.text for segment in strip if segment.style.italic)
        assert slanted == "# mine"


async def test_a_click_walks_the_list_and_help_begins_with_the_templates(tale, prompts):
    async with tale() as hands:
        screen = await at(hands, "ask")
        before = screen.query_one(Pager).text
        await hands.pilot.click(DataTable, offset=(6, 2))
        await hands.settle()
        assert screen.query_one(Pager).text != before
        await hands.press("f1")
        assert hands.app.screen.query_one(Pager).text.startswith("Templates:")
