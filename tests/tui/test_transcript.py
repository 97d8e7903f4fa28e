"""The transcript draws what changed and nothing else; what is seen is what drawing all of it would show."""

from __future__ import annotations

import random

from playground.ui.tui.pieces import Piece
from playground.ui.tui.screens.command import CommandScreen

WORDS = (" the", " fox", "\n", " over", "🐺", " Donaudampfschifffahrt", "", " e\u0301", "!\n\n")


def said(text: str) -> Piece:
    return Piece(text, "", 0, -1.0, -1.0 - len(text) / 3)


def lines(transcript) -> list[list[tuple[str, object]]]:
    """What is drawn: text and style, cell by cell."""
    strips = transcript.render_lines(transcript.outer_size.region)
    return [
        [(letter, segment.style) for segment in strip for letter in segment.text]
        for strip in strips
    ]


async def test_what_is_drawn_bit_by_bit_is_what_would_be_drawn_anew(tale):
    chance = random.Random(5)
    async with tale(size=(70, 16)) as hands:
        transcript = hands.write.transcript
        hands.write.page.read_on()
        for _ in range(60):
            do = chance.randrange(5)
            if do == 0:
                transcript.set_draft("".join(chance.choices(WORDS, k=chance.randrange(12))))
            elif do == 1:
                transcript.look(chance.choice((-1, 1)))
            elif do == 2:
                transcript.cursor = None
                transcript.scroll_to(y=chance.randrange(40), animate=False)
            else:
                transcript.append(map(said, chance.choices(WORDS, k=chance.randrange(1, 9))))
                transcript.newest = len(transcript.pieces) - 1
            await hands.pilot.pause()
            bit_by_bit = lines(transcript)
            transcript._repaint()
            assert lines(transcript) == bit_by_bit
        assert transcript.row_count > transcript.size.height


async def test_a_text_that_grows_over_the_edge_is_followed_and_one_that_was_scrolled_stays(tale):
    async with tale() as hands:
        transcript = hands.write.transcript
        hands.write.page.read_on()
        await hands.settle()
        for _ in range(transcript.size.height + 3):
            transcript.append([said("a row\n")])
            await hands.pilot.pause()
        assert transcript.scroll_y == transcript.max_scroll_y > 0
        transcript.scroll_to(y=1, animate=False)
        transcript.append([said("a row\n")])
        await hands.settle()
        assert transcript.scroll_y == 1


async def test_a_text_that_grows_lays_nothing_out_again_and_the_scrollbar_follows(tale):
    async with tale() as hands:
        transcript = hands.write.transcript
        hands.write.page.read_on()
        await hands.settle()
        transcript.append([said("\n")] * transcript.size.height * 2)
        await hands.settle()
        assert transcript.show_vertical_scrollbar
        laid_out = []
        hands.write.screen_layout_refresh_signal.subscribe(hands.write, laid_out.append)
        for _ in range(20):
            transcript.append([said("one more row\n")])
            await hands.pilot.pause()
        assert laid_out == []
        assert transcript.is_vertical_scroll_end
        bar = transcript.vertical_scrollbar
        await hands.until(lambda: bar.window_virtual_size == transcript.row_count)
        assert bar.position == transcript.max_scroll_y


async def test_what_is_said_behind_a_command_line_is_seen_there_and_kept(opened, model):
    model("endless", "la" * 3000, after="x", pause=0.01)
    async with opened(model="endless", chain="greedy", max_tokens=5000) as hands:
        await hands.type("x")
        await hands.pilot.press("ctrl+g")
        transcript = hands.write.transcript
        await hands.until(lambda: len(transcript.pieces) > 5)
        await hands.pilot.press("ctrl+o")
        await hands.until(lambda: isinstance(hands.app.screen, CommandScreen))
        rows = transcript.virtual_size.height
        await hands.until(lambda: transcript.virtual_size.height > rows + 2)
        await hands.press("escape", "escape")
        assert hands.shown == hands.bench.text
        assert transcript.virtual_size.height == transcript.row_count
