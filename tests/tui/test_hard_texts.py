"""Texts that break front ends: hostile ones, wide ones, huge ones; no colour."""

from __future__ import annotations

import pytest
from textual import events
from textual.geometry import Region

from playground.ui.tui.pieces import Piece

WIDE = "🐺👩\u200d👩\u200d👧 中文字 e\u0301 ﷽ 🇩🇪 ไทย \u202eabc\u202c"
HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m[bold red]markup[/]\r\u2028\x0c"


def drawn(hands) -> str:
    """Everything on the screen."""
    strips = hands.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def test_what_a_model_says_never_acts_on_the_terminal_and_is_no_markup(opened, model):
    model("rogue", HOSTILE, after="x")
    async with opened(model="rogue", chain="greedy", max_tokens=80) as hands:
        await hands.type("x")
        await hands.press("ctrl+g")
        assert hands.bench.text == "x" + HOSTILE
        seen = drawn(hands)
        assert "[bold red]markup[/]" in seen
        await hands.press("t", "left", "f3")
        seen += drawn(hands)
        await hands.press("f2", "escape", "enter")
        assert hands.shown == "x" + HOSTILE
        seen += drawn(hands)
        assert not {"\x1b", "\x07", "\x9b", "\r", "\x0c"} & set(seen)
        await hands.type("!")
        await hands.press("escape")
        assert hands.bench.text == "x" + HOSTILE + "!"


async def test_a_long_text_of_wide_and_combining_characters(opened, model):
    text = WIDE * 40
    model("wide", text, after="x")
    async with opened(model="wide", chain="greedy", max_tokens=4000, size=(61, 20)) as hands:
        await hands.type("x")
        await hands.press("ctrl+g")
        assert hands.shown == hands.bench.text == "x" + text
        await hands.press("t", "up", "left", "right", "down", "v", "v", "v", "escape", "enter")
        assert hands.shown == "x" + text
        width = hands.app.size.width
        strips = hands.app.screen._compositor.render_strips()
        assert all(strip.cell_length == width for strip in strips)


@pytest.mark.parametrize("line", [79, 2**20], ids=["lines", "one line"])
async def test_a_megabyte_is_pasted(tale, line):
    text = "\n".join("x" * line for _ in range(2**20 // line))
    async with tale() as hands:
        hands.app.post_message(events.Paste(text))
        await hands.until(lambda: hands.write.editor.text)
        await hands.settle()
        assert hands.write.editor.document_text == text
        await hands.type("!")
        await hands.press("escape")
        assert hands.bench.text == text + "!"
        assert hands.write.transcript.text == text + "!"


async def test_without_colour_surprise_is_underlined(tale, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with tale() as hands:
        assert hands.write.transcript.view == "underline"
        await hands.type("Once")
        await hands.press("ctrl+g")
        transcript = hands.write.transcript
        transcript.append([Piece("never", "", 0, -9.0, -9.0)])
        await hands.settle()
        (strip,) = transcript.render_lines(Region(0, transcript.styles.padding.top, 80, 1))
        styles = {segment.text.strip(): segment.style for segment in strip}
        assert styles["never"].underline2
        assert not styles["upon a time."].underline2
