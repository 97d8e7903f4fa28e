"""Inspecting on a screen: the funnel of the token one walks to, tokenizers, how well a text is predicted."""

from __future__ import annotations

import pytest

from playground.ui.tui.screens.inspect import InspectScreen
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.panel_tabs import PanelTabs

FAILS = '''
"""Inspectors that fail, or do not exist, or act on a terminal."""
from playground.api import Inspector, Note, Panel, hookimpl


class Raises(Panel):
    def show(self, inspected):
        raise ValueError("broken")


class Hostile(Panel):
    def show(self, inspected):
        yield Note("\\x1b[2J[bold]" + inspected.text)


@hookimpl
def register_inspectors():
    return [
        Inspector(name="raises", summary="Raises.", path=f"{__name__}:Raises"),
        Inspector(name="missing", summary="Is not there.", path="nowhere_at_all:Panel"),
        Inspector(name="hostile", summary="Acts.", path=f"{__name__}:Hostile"),
    ]
'''


def told(hands) -> str:
    return hands.app.screen.query_one("#told", Pager).text


def note(hands):
    return hands.app.screen.query_one("#status").note


async def typed(hands, line: str) -> None:
    """Type a line into the command line that is open."""
    hands.app.screen.query_one("Input").value = line
    await hands.press("enter")


async def test_the_funnel_follows_the_arrows_and_the_document_stays(opened, model):
    model("choice", [{"a": 0.7, "b": 0.3}, {"c": 0.6, "d": 0.4}], after="x")
    async with opened(model="choice", chain="top_k(1) | greedy", max_tokens=2) as hands:
        await hands.type("x")
        await hands.press("ctrl+g", "ctrl+s")
        screen = hands.app.screen
        assert isinstance(screen, InspectScreen)
        assert 'token 1 is "c"' in told(hands)
        assert '"d" 0.4000' in told(hands)
        await hands.press("left")
        assert 'token 0 is "a"' in told(hands)
        assert '"b" 0.3000' in told(hands)
        await hands.pilot.click("#looked", offset=(5, 1))
        await hands.settle()
        assert 'token 1 is "c"' in told(hands)
        moves = hands.bench.tree.cursor
        await hands.press("escape")
        assert hands.app.screen is hands.write
        assert hands.shown == "xac"
        await hands.press("u")
        assert hands.bench.tree.cursor != moves, "looking is no move that could be undone"


async def test_it_begins_at_the_token_that_was_looked_at(tale):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "t", "left", "left", "ctrl+s")
        assert 'token 10 is "m"' in told(hands)


async def test_the_text_is_cut_by_several_tokenizers(tale, model):
    model("other", " there was", after="Once")
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+s", "right_square_bracket")
        assert "tokens" in hands.app.screen.query_one("#inspectors", PanelTabs).chosen
        assert "shakespeare-rnn" not in told(hands)
        assert '"O" 79' in told(hands)
        await hands.press("m")
        assert hands.app.screen.query_one("Input").value == "/inspect tokens model="
        await typed(
            hands, "/inspect tokens model=tale model=other model=shakespeare-rnn Ring, ring."
        )
        assert "they cut 0 of 10 parts differently" in told(hands)
        assert "shakespeare-rnn" in told(hands)
        assert hands.app.screen.query_one("#looked").text == "Ring, ring."
        assert "a text of its own" in str(hands.app.screen.query_one("#title").content)
        assert hands.bench.text == ""
        await hands.press("e")
        line = "/inspect tokens model=tale model=other model=shakespeare-rnn Ring, ring."
        assert hands.app.screen.query_one("Input").value == line
        await hands.press("escape", "d")
        assert hands.app.screen.query_one("#looked").text == "Once"


async def test_a_text_is_scored_token_by_token(tale):
    async with tale() as hands:
        await hands.type("Once upon")
        await hands.press("ctrl+s", "left_square_bracket")
        assert hands.app.screen.query_one("#inspectors", PanelTabs).chosen == "score"
        for word in ("loss", "perplexity", "bits per character", "surprisal"):
            assert word in told(hands)
        assert "predicted           8 tokens" in " ".join(told(hands).split("\n"))


async def test_a_line_that_is_typed_anywhere_shows_the_screen(tale):
    async with tale() as hands:
        await hands.type("Once")
        await hands.command("/inspect score Upon")
        assert isinstance(hands.app.screen, InspectScreen)
        assert hands.app.screen.query_one("#looked").text == "Upon"
        assert "perplexity" in told(hands)
        await hands.command("/inspect tokens")
        assert hands.app.screen.query_one("#looked").text == "Once"
        await hands.command("/inspect nothing")
        assert "no inspector 'nothing'" in told(hands)
        await hands.command('/inspect "tok')
        assert "not closed" in note(hands).text


async def test_what_cannot_be_looked_at_is_told_and_nothing_is_lost(tale, model, home):
    model("broken", [{"nope": 1.0}], after="x")
    async with tale() as hands:
        await hands.press("ctrl+s")
        assert "no token is looked at" in told(hands)
        for empty in ("the empty text has no tokens", "the empty text has nothing to predict"):
            await hands.press("right_square_bracket")
            assert empty in told(hands)
        await hands.press("f2")
        await hands.type("Once")
        await hands.command("/model broken")
        await hands.press("ctrl+s")
        assert "error" in told(hands)
        await hands.press("left_square_bracket", "m")
        await typed(hands, "/inspect tokens model=nobody")
        assert "nobody" in told(hands)
        await hands.press("f2")
        assert hands.shown == "Once"


async def test_inspectors_of_plugins_come_through_the_same_door_and_fail_alone(tale, home):
    (home / "config" / "plugins" / "fails.py").write_text(FAILS)
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+s")
        tabs = hands.app.screen.query_one("#inspectors", PanelTabs)
        assert tabs.panels == ("funnel", "tokens", "score", "raises", "missing", "hostile")
        await hands.command("/inspect raises")
        assert "unexpected ValueError: broken" in told(hands)
        await hands.press("right_square_bracket")
        assert "No module named 'nowhere_at_all'" in told(hands)
        await hands.press("right_square_bracket")
        assert "[bold]Once" in told(hands)
        assert "\x1b" not in told(hands)
        await hands.pilot.click("#inspectors", offset=(12, 0))
        await hands.settle()
        assert tabs.chosen == "tokens"
        assert '"O" 79' in told(hands)


async def test_while_a_model_streams_looking_waits_and_stops_nothing(opened, model):
    model("endless", "la" * 3000, after="x", pause=0.01)
    async with opened(model="endless", chain="greedy", max_tokens=5000) as hands:
        await hands.type("x")
        await hands.pilot.press("ctrl+g")
        await hands.until(lambda: len(hands.write.transcript.pieces) > 5)
        await hands.pilot.press("ctrl+s")
        await hands.until(lambda: isinstance(hands.app.screen, InspectScreen))
        said = len(hands.write.transcript.pieces)
        await hands.until(lambda: len(hands.write.transcript.pieces) > said)
        await hands.press("escape")
        assert hands.bench.node.ended == "cancelled"
        assert 'is "' in told(hands)


@pytest.mark.parametrize("size", [(120, 40), (90, 30), (50, 18)])
async def test_text_and_panel_share_the_screen_or_take_turns(tale, size):
    async with tale(size=size) as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "ctrl+s")
        screen = hands.app.screen
        small = size == (50, 18)
        assert screen.query_one("#looked").display
        assert screen.query_one("#told").display != small
        await hands.press("f6")
        assert screen.query_one("#looked").display != small
        assert screen.query_one("#told").display
        assert screen.query_one("#told").size.height > 5
        assert screen.focused is screen.query_one("#told")
        for other in ((20, 5), (120, 40)):
            await hands.pilot.resize_terminal(*other)
            await hands.settle()
        assert screen.query_one("#looked").display


async def test_without_colour_the_text_is_underlined_where_it_surprises(tale, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "ctrl+s")
        assert hands.app.screen.query_one("#looked").view == "underline"
