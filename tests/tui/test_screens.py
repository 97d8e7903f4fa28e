"""The other screens, the help, the palette and the three layouts."""

from __future__ import annotations

import pytest
from textual.command import CommandList
from textual.widgets import DataTable

from playground.api.outputs import Note
from playground.session.actions.table import ACTIONS, BUILT_IN
from playground.ui.tui.desk import Answered
from playground.ui.tui.key_table import KEYS, PLACES
from playground.ui.tui.messages import Heard
from playground.ui.tui.palette import ActionProvider, needs_more
from playground.ui.tui.screens.browse import Listed
from playground.ui.tui.screens.help import help_on
from playground.ui.tui.screens.models import ModelsScreen
from playground.ui.tui.screens.tree import TreeScreen
from playground.ui.tui.widgets.pager import Pager


def cells(screen) -> list[list[str]]:
    table = screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row(key)] for key in table.rows]


async def grown(hands) -> None:
    """A text, what was said after it, and another try."""
    await hands.type("Once")
    await hands.press("ctrl+g", "r")


async def test_the_tree_shows_every_node_and_goes_pins_names_compares_and_deletes(tale):
    async with tale() as hands:
        await grown(hands)
        await hands.press("f3")
        screen = hands.app.screen
        assert isinstance(screen, TreeScreen)
        assert [row[1].strip() for row in cells(screen)] == ["1", "2", "3"]
        assert [row[4] for row in cells(screen)] == ["", "tale", "tale"]
        assert [row[5] for row in cells(screen)] == ["", "14", "14"]
        assert cells(screen)[2][0] == "▶"
        assert float(cells(screen)[2][6]) == pytest.approx(1.0, abs=0.01)
        await hands.press("up", "enter")
        assert hands.bench.number(hands.bench.tree.cursor) == 2
        await hands.press("p", "down")
        assert cells(screen)[1][0] == "▶"
        assert next(n for n in hands.bench.tree if hands.bench.number(n.id) == 2).pinned
        await hands.press("n", "ctrl+u", *"/name", "space", *"late", "space", "3", "enter")
        assert cells(screen)[2][2] == "late"
        await hands.press("x")
        assert [row[1].strip() for row in cells(screen)] == ["1", "2"]
        await hands.press("u")
        assert len(cells(screen)) == 3
        await hands.press("d", "up", "d")
        assert isinstance(hands.app.screen.query_one(Pager), Pager)
        await hands.press("escape", "f2")
        assert hands.app.screen is hands.write


async def test_the_tree_says_what_to_do_where_it_is_empty(tale):
    async with tale() as hands:
        await hands.press("f3")
        assert hands.app.screen.query_one("#empty").display
        assert not hands.app.screen.query_one(DataTable).display


async def test_all_sessions_are_searched_from_the_tree(tale):
    async with tale() as hands:
        await hands.type("A wolf")
        await hands.press("ctrl+n")
        await hands.press("f3", "slash", *"wolf", "enter")
        assert "A wolf" in hands.app.screen.query_one(Pager).text


async def test_a_model_is_looked_at_chosen_and_let_go_of(tale, model):
    model("other", " there was", after="Once")
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "f4")
        screen = hands.app.screen
        assert isinstance(screen, ModelsScreen)
        states = {row[1]: row[3] for row in cells(screen)}
        assert states["tale"] == "loaded on cpu"
        assert states["gpt2"] == "not downloaded"
        await hands.press("c")
        assert "script" in hands.app.screen.query_one(Pager).text
        await hands.press("escape")
        await hands.press("u")
        assert {row[1]: row[3] for row in cells(screen)}["tale"] == "ready"
        place = [row[1] for row in cells(screen)].index("other")
        screen.query_one(DataTable).move_cursor(row=place)
        await hands.press("enter")
        assert hands.bench.choices.model == "other"
        assert cells(screen)[place][0] == "▶"


async def test_what_cannot_be_downloaded_is_told_before_anything_is_fetched(tale, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_OFFLINE", "1")
    async with tale() as hands:
        await hands.press("f4")
        screen = hands.app.screen
        place = [row[1] for row in cells(screen)].index("gpt2")
        screen.query_one(DataTable).move_cursor(row=place)
        await hands.press("p")
        note = screen.query_one("StatusLine").note
        assert note.kind == "error"
        assert "network is forbidden" in note.text


async def test_the_log_shows_what_was_told(tale):
    async with tale() as hands:
        hands.bench.tell("something happened")
        await hands.press("f5")
        assert "something happened" in hands.app.screen.query_one(Pager).text


async def test_help_begins_with_the_part_in_focus(tale):
    async with tale() as hands:
        await grown(hands)
        await hands.press("f1")
        text = hands.app.screen.query_one(Pager).text
        assert text.startswith("The document as it was said.")
        await hands.press("escape")
        hands.write.query_one("#chain").focus()
        await hands.settle()
        await hands.press("f1")
        assert hands.app.screen.query_one(Pager).text.startswith("The chain:")


def test_help_has_every_key_and_every_action():
    tables = [output for output in help_on("app", BUILT_IN, {}) if hasattr(output, "rows")]
    names = {row[1] for table in tables[:-1] for row in table.rows}
    assert names == {key.id for key in KEYS}
    assert {row[0] for row in tables[-1].rows} == {action.usage for action in ACTIONS}


async def test_every_action_of_the_table_is_in_the_palette_and_can_be_chosen(tale):
    async with tale() as hands:
        entries = list(ActionProvider(hands.app.screen).entries())
        texts = [text for text, _, _ in entries]
        assert {action.usage for action in ACTIONS} <= set(texts)
        assert all(help_ for _, help_, _ in entries)


BRACKETS = """
from playground.api import Action, hookimpl


@hookimpl
def register_actions():
    return [Action(name="brackets", group="look", summary="Takes [/] and [b] away.", run=lambda *_: None)]
"""


async def test_what_an_action_of_a_plugin_says_is_no_markup_in_the_palette(tale, home):
    (home / "config" / "plugins" / "brackets.py").write_text(BRACKETS)
    async with tale() as hands:
        await hands.press("ctrl+p", *"brackets")
        options = hands.app.screen.query_one(CommandList)

        def offered():
            return "\n".join(str(option.prompt) for option in options.options)

        await hands.until(lambda: "Takes [/] and [b] away." in offered())
        await hands.press("escape")
        assert hands.app.screen is hands.write


async def test_choosing_an_action_runs_it_or_lets_one_type_what_it_needs(tale):
    async with tale() as hands:
        await hands.type("Once")
        for action in ACTIONS:
            if action.name == "quit":
                continue  # ends the app: tests/cli/tui
            hands.app.choose_action(action)
            await hands.settle()
            if needs_more(action):
                assert hands.app.screen.query_one("Input").value == f"/{action.name} "
            note = hands.write.status.note
            assert note is None or "unexpected" not in note.text, action.name
            while hands.app.screen is not hands.write:
                await hands.press("escape")


def test_every_key_has_a_name_of_its_own_says_what_it_does_and_runs_what_there_is():
    assert len({key.id for key in KEYS}) == len(KEYS)
    for key in KEYS:
        assert key.place in PLACES
        assert key.about.endswith("."), key.id
        assert not key.command or key.command in BUILT_IN
    for place in PLACES:
        keys = [name for key in KEYS if key.place == place for name in key.key.split(",")]
        assert len(set(keys)) == len(keys), place


@pytest.mark.parametrize(
    ("size", "panels", "tabs", "footer"),
    [
        ((120, 40), True, False, True),
        ((90, 30), False, True, True),
        ((50, 18), False, False, False),
    ],
)
async def test_there_are_three_layouts(tale, size, panels, tabs, footer):
    async with tale(size=size) as hands:
        await hands.type("Once")
        await hands.press("ctrl+g")
        write = hands.write
        assert write.query_one("#panels").display == panels
        assert write.query_one("PanelTabs").display == tabs
        assert write.query_one("Footer").display == footer
        assert write.transcript.size.height > 5
        assert hands.shown == "Once upon a time."
        if not panels:
            await hands.press("f6")
            assert write.query_one("#chain").size.height > 0
            assert write.query_one("#page").display is False
            await hands.press("f6", "f6", "f6")
            assert write.query_one("#page").display


SCREENS = ("f2", "f3", "f4", "f5", "f10", "f11", "f12", "ctrl+s", "ctrl+l")


@pytest.mark.parametrize(("size", "footer"), [((120, 40), 1), ((90, 30), 1), ((50, 18), 0)])
async def test_every_screen_has_its_three_layouts(tale, size, footer):
    async with tale(size=size) as hands:
        await grown(hands)
        for key in SCREENS:
            await hands.press(key)
            screen = hands.app.screen
            assert screen.query_one("Footer").display == bool(footer), key
            seen = [w for w in screen.focus_chain if w.region.height and w.region.width]
            assert seen, key
            assert all(screen.region.contains_region(widget.region) for widget in seen), key
            # What there is room for has the rows: at least half of them.
            assert sum(widget.region.height for widget in seen) * 2 >= size[1] - 8, key
            await hands.press("f6")
            assert hands.app.screen is screen


async def test_a_resize_changes_the_layout_and_loses_nothing(tale):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g")
        for size in ((50, 18), (90, 30), (120, 40), (20, 5), (120, 40)):
            await hands.pilot.resize_terminal(*size)
            await hands.settle()
            assert hands.shown == "Once upon a time."
        assert hands.write.query_one("#panels").display


async def test_keys_are_remapped_by_name_in_the_configuration(tale, home):
    (home / "config" / "config.toml").write_text('[keys]\n"app.generate" = "ctrl+j"\n')
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g")
        assert hands.shown == "Once"
        await hands.press("ctrl+j")
        assert hands.shown == "Once upon a time."
        assert hands.write.query_one("Welcome").keys[0][0] == "ctrl+j"


async def test_a_theme_of_the_configuration_is_taken(tale, home):
    (home / "config" / "config.toml").write_text('theme = "paper"\n')
    async with tale() as hands:
        assert hands.app.theme == "paper"
        await grown(hands)
        await hands.press("f7", "f8", "f3", "f4", "f5", "f2")


async def test_what_is_heard_while_the_app_ends_is_let_go(tale):
    async with tale() as hands:
        await hands.press("f11")
    late = Answered("rows", value=Listed("Plugins", ()))
    hands.app.on_heard(Heard((Note("late", "notice"), late)))
