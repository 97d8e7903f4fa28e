"""The screen of plugins: what each offers, its source, what was set aside and why, what a save changes."""

from __future__ import annotations

import pytest
from textual.widgets import DataTable

from playground.ui.tui.screens.plugins import PluginsScreen
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.status_line import StatusLine

GOOD = '''\
"""A cut."""
from playground.api import Processor, hookimpl


class Cut(Processor, frozen=True):
    """Cuts to {k}."""

    def __call__(self, candidates, step):
        return candidates.top({k})


@hookimpl
def register_processors():
    return [Cut]
'''
BROKEN = "x = 1\nfrom playground.api import nothing_like_it\n"


@pytest.fixture
def plugins(home):
    folder = home / "config" / "plugins"
    (folder / "cutting.py").write_text(GOOD.format(k=5))
    return folder


def names(screen) -> dict[str, list[str]]:
    table = screen.query_one(DataTable)
    rows = [[str(cell) for cell in table.get_row(key)] for key in table.rows]
    return {row[1]: row[2:] for row in rows}


async def at(hands, name: str) -> PluginsScreen:
    """The screen, with this plugin under the cursor."""
    if not isinstance(hands.app.screen, PluginsScreen):
        await hands.press("f11")
    screen = hands.app.screen
    table = screen.query_one(DataTable)
    table.move_cursor(row=list(names(screen)).index(name))
    await hands.settle()
    return screen


def told(screen, words: str) -> bool:
    note = screen.query_one(StatusLine).note
    return note is not None and words in note.text


async def test_every_plugin_is_listed_with_what_it_offers_and_its_source(tale, plugins):
    async with tale() as hands:
        screen = await at(hands, "cutting")
        rows = names(screen)
        assert rows["cutting"] == ["works", "processors", str(plugins / "cutting.py")]
        assert rows["sampling"][0] == "works"
        assert set(rows) == {each.name for each in hands.bench.plugins.loaded}
        text = screen.query_one(Pager).text
        assert "Cuts to 5." in text
        assert ' 6     """Cuts to 5."""' in text


async def test_a_built_in_shows_its_source_too(tale, plugins):
    async with tale() as hands:
        screen = await at(hands, "sampling")
        text = screen.query_one(Pager).text
        assert "top_k" in text
        assert "playground_sampling" in text
        assert "register_processors" in text


async def test_one_that_was_set_aside_is_first_with_its_line_and_traceback(tale, plugins):
    (plugins / "aside.py").write_text(BROKEN)
    async with tale() as hands:
        await hands.press("f11")
        screen = hands.app.screen
        assert next(iter(names(screen))) == "aside"
        assert names(screen)["aside"][0] == "▲ set aside"
        screen = await at(hands, "aside")
        text = screen.query_one(Pager).text
        assert text.startswith("error: ImportError: cannot import name 'nothing_like_it'")
        assert "Traceback (most recent call last)" in text
        assert "▲2 from playground.api import nothing_like_it" in text


async def test_a_plugin_that_is_saved_is_loaded_again_and_of_a_broken_one_the_old_stays(
    tale, plugins
):
    async with tale() as hands:
        screen = await at(hands, "cutting")
        (plugins / "cutting.py").write_text(GOOD.format(k=17))
        await hands.until(lambda: told(screen, "plugin cutting was loaded again"))
        await hands.until(lambda: "Cuts to 17." in screen.query_one(Pager).text)
        (plugins / "cutting.py").write_text(GOOD.format(k=3).replace("return", "retrun"))
        await hands.until(lambda: told(screen, "the version before stays: SyntaxError"))
        await hands.until(lambda: names(screen)["cutting"][0] == "▲ the version before")
        await at(hands, "cutting")
        text = screen.query_one(Pager).text
        assert "Cuts to 17." in text
        assert "▲ 9         retrun candidates.top(3)" in text
        assert hands.bench.plugins.processors["cut"].__doc__ == "Cuts to 17."
        (plugins / "cutting.py").write_text(GOOD.format(k=2))
        await hands.until(lambda: names(screen)["cutting"][0] == "works")
        assert hands.bench.plugins.processors["cut"].__doc__ == "Cuts to 2."


async def test_what_was_set_aside_is_tried_again_by_a_key(tale, plugins):
    """What it lacked may have come without its file being saved."""
    (plugins / "_lent.txt").unlink(missing_ok=True)
    (plugins / "needy.py").write_text(
        GOOD.format(k=1).replace("Cut", "Needy")
        + f"\n\nopen({str(plugins / '_lent.txt')!r}).close()\n"
    )
    async with tale() as hands:
        screen = await at(hands, "needy")
        assert names(screen)["needy"][0] == "▲ set aside"
        await hands.press("r")
        assert told(screen, "no plugin has changed")
        (plugins / "_lent.txt").write_text("here")
        await hands.press("r")
        assert told(screen, "plugin needy was loaded")
        assert names(screen)["needy"][0] == "works"


async def test_a_save_is_told_on_the_screen_of_writing_too(tale, plugins):
    async with tale() as hands:
        await hands.until(lambda: hands.bench.plugins_or_nothing is not None)
        (plugins / "another.py").write_text(GOOD.format(k=5).replace("Cut", "Other"))
        await hands.until(
            lambda: (
                hands.write.status.note is not None
                and "plugin another was loaded" in hands.write.status.note.text
            )
        )
        await hands.settle()


@pytest.mark.parametrize("size", [(120, 40), (90, 30), (50, 18)])
async def test_it_is_read_in_every_layout_without_a_mouse(tale, plugins, size):
    async with tale(size=size) as hands:
        screen = await at(hands, "cutting")
        pager = screen.query_one(Pager)
        await hands.press("enter")
        assert pager.has_focus
        assert pager.region.height > 5
        assert "Cuts to 5." in pager.text
        await hands.press("down", "pagedown", "q")
        assert screen.query_one(DataTable).has_focus
        await hands.command("/plugins")
        assert isinstance(hands.app.screen, PluginsScreen)
        await hands.press("f2")
        assert hands.app.screen is hands.write


async def test_the_path_is_copied_and_help_begins_with_the_plugins(tale, plugins):
    async with tale() as hands:
        await at(hands, "cutting")
        await hands.press("c")
        assert hands.app.clipboard == str(plugins / "cutting.py")
        await hands.press("f1")
        assert hands.app.screen.query_one(Pager).text.startswith("Plugins:")
