"""What a model writes changes nothing of a real terminal: not its title, clipboard, colours or modes."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.cli.repl.conftest import COMMAND

SEQUENCES = {
    "title": "\x1b]0;owned\x07",
    "title in C1": "\x9d2;owned\x9c",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "colours": "\x1b[31;44m",
    "the alternate screen": "\x1b[?1049h",
    "a hidden cursor": "\x1b[?25l",
    "the mouse": "\x1b[?1000h\x1b[?1006h",
    "bracketed paste": "\x1b[?2004h",
    "insert mode": "\x1b[4h",
    "the keypad": "\x1b=",
    "origin mode": "\x1b[?6h",
    "no wrapping": "\x1b[?7l",
    "a scroll region": "\x1b[5;10r",
    "a cleared screen": "\x1b[2J\x1b[H",
    "another character set": "\x1b(0\x0e",
    "an answer typed in": "\x1b[c\x1b[6n\x05",
    "a bell": "\x07",
    "the line before": "\r\x1b[A",
}
HOSTILE = "".join(f"<{sequence}>" for sequence in SEQUENCES.values())
RESET = re.compile(r"\x1b\[(0|39|49|0;39;49)?m")
ASKED = (
    "title=#{pane_title} alternate=#{alternate_on} cursor=#{cursor_flag} mouse=#{mouse_any_flag} "
    "insert=#{insert_flag} keypad=#{keypad_flag} origin=#{origin_flag} wrap=#{wrap_flag} "
    "region=#{scroll_region_upper}-#{scroll_region_lower} bell=#{window_bell_flag}"
)


@pytest.fixture
def hostile(playground):
    # A byte a token, so every sequence comes in pieces.
    return playground.model("hostile", HOSTILE + "END", after="x")


@pytest.mark.parametrize("probs", [False, True])
@pytest.mark.parametrize("front_end", ["gen", "repl", "repl --plain"])
def test_no_sequence_changes_the_terminal(tmux, hostile, front_end, probs):
    options = f"-m {hostile} -s greedy --max-tokens 600 {'--probs' if probs else ''}"
    tmux.open("true; cat", 100, 40)
    untouched = tmux.ask(ASKED)
    tmux.kill()
    if front_end == "gen":
        tmux.open(f"{COMMAND} gen x {options}; cat", 100, 40)
    else:
        tmux.open(f"{COMMAND} {front_end} {options}; echo left; cat", 100, 40)
        tmux.wait_for("\n>")
        tmux.enter("x")
    shown = tmux.wait_for("ND" if not probs else "tokens in")
    tmux.wait_for("tokens in")
    assert "␛" in shown
    if front_end != "gen":
        tmux.press("C-d")
        tmux.wait_for("\nleft")  # what is typed before is typed ahead for the prompt
    tmux.enter("afterwards")
    tmux.wait_for("afterwards")
    assert tmux.ask(ASKED) == untouched
    assert tmux.buffers() == ""
    line = next(line for line in tmux.screen_with_styles().splitlines() if "afterwards" in line)
    assert RESET.sub("", line) == "afterwards"


def test_a_hostile_name_and_text_in_tables_and_the_toolbar_change_nothing(repl, tmux, hostile):
    screen = repl("-m", hostile, "-s", "greedy", "--max-tokens", "600")
    title = screen.ask("#{pane_title}")
    screen.enter("x")
    screen.wait_for("tokens in")
    for command in (
        "/tree",
        "/tokens",
        '/name "a\u202eb"',
        "/goto 1",
        "/diff 1 2",
        "/search owned",
        "/render",
    ):
        screen.enter(command)
    screen.enter("/goto ")
    screen.wait_for("needs node")
    screen.enter("/type " + shlex.quote("end"))
    screen.wait_for("node 3")
    assert screen.ask("#{pane_title}") == title
    assert screen.buffers() == ""
