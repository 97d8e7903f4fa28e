"""While a text streams, a line below it tells how it goes; it costs the text nothing and leaves nothing."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

# Wide letters, combining ones, glyphs of controls, newlines and a tab: what is hard to count.
HARD = (
    "plain words that go on and on until they wrap, 日本語の文字は二つの幅を取る, "
    "e\u0301 and o\u0308 combine;\n\nshort\n\x1b[31mred?\x07\n"
    "ends at the margin: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
    "\ta tab, and 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 the end."
)
SHOWN = HARD.replace("\x1b", "␛").replace("\x07", "␇").expandtabs(8)
STATUS = re.compile(r"(?m)^endless · ")
PATIENCE = 120.0
"""Seconds."""
SPEED = re.compile(r"endless · [\d,]+ tokens · [\d,]+/s")


@pytest.fixture
def endless(playground):
    """A model that says "la" every hundredth of a second, five to a line of ten."""
    return playground.model("endless", "lalalalala\n" * 600, after="x", pause=0.01)


def told(screen: str) -> str:
    """The line below the text, the only one of its kind."""
    (line,) = SPEED.findall(screen)
    return line


def streamed(repl, endless, **size):
    screen = repl("-m", endless, "-s", "greedy", "--max-tokens", "6000", **size)
    screen.enter("x")
    screen.wait_for("tokens ·")
    return screen


def test_the_line_stands_below_the_text_moves_and_is_gone_at_the_end(repl, endless):
    screen = streamed(repl, endless)
    lines = []
    for _ in range(20):
        shown = screen.screen()
        lines.append(told(shown))
        assert shown.splitlines()[-1].startswith("endless · "), shown
        time.sleep(0.05)
    assert len(set(lines)) > 5
    screen.press("C-c")
    shown = screen.wait_for("stopped by you")
    assert SPEED.search(shown) is None
    assert "-- node 2 · " in shown


@pytest.mark.parametrize("columns", [20, 33, 80])
def test_the_text_is_what_it_is_without_the_line(repl, playground, columns):
    hard = playground.model("hard", HARD, after="x", pause=0.012)
    screen = repl("-m", hard, "-s", "greedy", "--max-tokens", "900", columns=columns, rows=30)
    screen.enter("x")
    screen.wait_for("the model ended")
    shown = screen.joined()
    # A wide letter that does not fit leaves the last column empty.
    text = re.sub(r"(?m) +$", "", shown.partition("> x\n")[2].partition("\n-- node 2")[0])
    assert text.replace(" ", "") == f"x{SHOWN}".replace(" ", "")
    assert "hard · " not in text


def test_it_survives_a_terminal_that_becomes_narrow_and_wide_again(repl, endless):
    screen = streamed(repl, endless)
    for columns, rows in ((20, 20), (100, 10), (30, 24)):
        screen.resize(columns, rows)
        deadline = time.monotonic() + PATIENCE
        while len(STATUS.findall(shown := screen.screen())) != 1:
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
    screen.press("C-c")
    shown = screen.wait_for("stopped by")
    assert not STATUS.findall(shown.rpartition("\n")[0]), shown


def test_a_terminal_of_three_rows_has_the_text_alone(repl, endless):
    screen = repl("-m", endless, "-s", "greedy", "--max-tokens", "6000")
    screen.resize(80, 3)
    screen.enter("x")
    screen.wait_for("lalalalala\nlalalalala")
    for _ in range(10):
        assert SPEED.search(screen.screen()) is None
        time.sleep(0.05)
    screen.press("C-c")


def test_killed_it_leaves_no_mode_of_the_terminal_behind(repl, endless):
    screen = streamed(repl, endless)
    os.kill(screen.process(), signal.SIGKILL)
    screen.wait_for("exit=137")
    # Where the whole screen scrolls and the cursor is seen, no region and no mode was set.
    assert screen.ask("#{scroll_region_upper} #{scroll_region_lower}") == "0 23"
    assert screen.ask("#{cursor_flag} #{insert_flag} #{origin_flag} #{wrap_flag}") == "1 0 0 1"


def test_it_makes_way_for_a_draft(repl, playground):
    script = [{"a": 0.6, "b": 0.4}, {"c": 0.9, "d": 0.1}] * 40
    beams = playground.model("beams", script, after="x", pause=0.03)
    screen = repl("-m", beams, "-s", "beam(width=3)", "--max-tokens", "80", columns=40)
    screen.enter("x")
    shown = screen.wait_for("80 tokens in")
    # The lines of a draft are broken by hand.
    assert "x" + "ac" * 40 in screen.joined().replace("\n", "")
    assert "/s\n" not in shown.partition("-- node 2")[0]


def test_plain_and_dumb_terminals_have_none(playground, endless):
    for words, environment in ((["--plain"], {}), ([], {"TERM": "dumb"})):
        screen = playground.terminal(
            "repl", *words, "-m", endless, "-s", "greedy", "--max-tokens", "60", **environment
        )
        screen.wait_for(b"> ")
        screen.type(b"x\n")
        screen.wait_for(b"node 2")
        screen.type(b"\x04")
        received, code = screen.finish()
        assert (code, b"\x1b" in received, b"endless" in received) == (0, False, False)
