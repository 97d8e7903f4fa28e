"""The app on a terminal: what a person sees, and how terminal and text are after its end, however it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
import time
from pathlib import Path

import pytest

from playground import paths

COMMAND = shlex.quote(str(Path(sys.executable).with_name("playground")))
PATIENCE = 120.0
"""Seconds."""


@pytest.fixture
def app(tmux, playground):
    """Opens the app on a terminal and waits until it can be typed into."""
    playground.model("tale", " upon a time.", after="Once")
    playground.model("endless", "la " * 5000, after="x", pause=0.02)

    def make(*words: str, columns: int = 100, rows: int = 30, before: str = ""):
        shown = " ".join(map(shlex.quote, words))
        tmux.open(f"{before} {COMMAND} tui {shown}", columns, rows)
        tmux.wait_for("quit")
        return tmux

    return make


def wait_for_end(tmux, code: int) -> None:
    screen = tmux.wait_for("\necho")
    assert f"exit={code}\n" in screen
    assert "\nicanon" in screen
    assert tmux.ask("#{alternate_on}#{mouse_any_flag}#{cursor_flag}") == "001"


def test_it_starts_streams_and_leaves_a_terminal_as_it_was(app):
    tmux = app("-m", "tale", "-s", "greedy")
    tmux.wait_for("A text, and a model that goes on with it.")
    tmux.type("Once")
    tmux.press("C-g")
    tmux.wait_for("Once upon a time.")
    tmux.wait_for("14 tokens in")
    tmux.press("C-q")
    wait_for_end(tmux, 0)


def test_escape_stops_and_a_resize_while_it_streams_loses_nothing(app):
    tmux = app("-m", "endless", "-s", "greedy", "--max-tokens", "20000")
    tmux.type("x")
    tmux.press("C-g")
    tmux.wait_for("la la la")
    tmux.resize(50, 18)
    tmux.wait_for("la la la la la la la la la")
    tmux.press("Escape")
    tmux.wait_for("stopped")
    tmux.resize(100, 30)
    tmux.press("C-q")
    wait_for_end(tmux, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_a_signal_ends_it_keeps_what_was_said_and_it_goes_on_when_it_is_opened_again(app, number):
    tmux = app("-m", "endless", "-s", "greedy", "--max-tokens", "20000")
    tmux.type("x")
    tmux.press("C-g")
    tmux.wait_for("xla la la")
    os.kill(tmux.process(), number)
    wait_for_end(tmux, 128 + number)
    tmux = app("-m", "tale")
    assert "xla la la" in tmux.wait_for("node 2")
    tmux.press("C-q")
    wait_for_end(tmux, 0)


def wait_until_kept(text: str) -> None:
    """Wait until the app has put what is being written into its file."""
    deadline = time.monotonic() + PATIENCE
    folder = paths.data_folder() / "writing"
    while text not in "".join(map(read_if_there, folder.glob("*.unsaved"))):
        assert time.monotonic() < deadline, f"{text!r} is not kept"
        time.sleep(0.05)


def read_if_there(file: Path) -> str:
    """A file's text: another file may take its place at any moment."""
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


def test_what_is_being_written_survives_a_signal_and_a_kill(app):
    tmux = app("-m", "tale")
    tmux.type("half a sentence")
    tmux.wait_for("half a sentence")
    os.kill(tmux.process(), signal.SIGTERM)
    wait_for_end(tmux, 143)
    tmux = app("-m", "tale")
    tmux.wait_for("half a sentence")
    tmux.press("Enter")
    tmux.type(" and more")
    tmux.wait_for("half a sentence and more")
    wait_until_kept("and more")
    os.kill(tmux.process(), signal.SIGKILL)
    tmux.wait_for("exit=137")
    tmux = app("-m", "tale")
    tmux.wait_for("is here again")
    tmux.wait_for("half a sentence and more")
    tmux.press("C-q")
    wait_for_end(tmux, 0)


def test_the_loss_of_the_session_process_is_a_banner_and_r_goes_on(app, playground, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER", "1")
    try:
        tmux = app(
            "-m", "endless", "-s", "greedy", "--max-tokens", "20000", before="PLAYGROUND_WORKER=1"
        )
        tmux.type("x")
        tmux.press("C-g")
        tmux.wait_for("xla la la")
        status = playground.process("worker", "status", "--json")
        os.kill(json.loads(status.stdout)[0]["pid"], signal.SIGKILL)
        screen = tmux.wait_for("restart and go on")
        assert "xla la la" in screen
        tmux.press("r")
        tmux.wait_for("restart and go on", gone=True)
        tmux.wait_for("writing")
        tmux.press("Escape")
        tmux.wait_for("stopped")
        tmux.press("C-q")
        wait_for_end(tmux, 0)
    finally:
        playground.process("worker", "stop")


def test_a_paste_of_several_lines_is_written_not_run(app):
    tmux = app("-m", "tale")
    tmux._run("set-buffer", "first line\nsecond line\n")
    tmux._run("paste-buffer", "-p")
    screen = tmux.wait_for("second line")
    assert "first line" in screen
    tmux.press("C-q")
    wait_for_end(tmux, 0)


SCREENS = {
    "F3": "perplexity",
    "F4": "shakespeare-rnn",
    "F5": "history",
    "F10": "sentiment-few-shot",
    "F11": "speculation",
    "F12": "Compare what comes after",
    "C-s": "funnel",
    "C-l": "Nothing was trained yet",
}
"""Where keys lead, and what is seen there."""
COLOUR = re.compile(r"[34]8;5;(\d+)")
GREYS = {0, 7, 8, 15, *range(16, 232, 43), *range(232, 256)}
"""Of the colours that terminals number; those of the cube have three equal parts."""
NAMED = re.compile(r"\x1b\[(?:[34]|9|10)[1-6]m")


def assert_grey(styled: str) -> None:
    """Of all that is drawn, no colour is another than a shade of grey."""
    found = {int(number) for number in COLOUR.findall(styled)}
    assert found, "nothing is drawn"
    assert found <= GREYS
    assert not NAMED.search(styled)


def test_without_colour_no_screen_writes_a_colour(app):
    tmux = app("-m", "tale", "-s", "greedy", before="NO_COLOR=1")
    tmux.type("Once")
    tmux.press("C-g")
    tmux.wait_for("14 tokens in")
    assert_grey(tmux.screen_with_styles())
    for key, shown in SCREENS.items():
        tmux.press(key)
        tmux.wait_for(shown)
        assert_grey(tmux.screen_with_styles())
    tmux.press("C-q")
    wait_for_end(tmux, 0)


def test_playground_alone_on_a_terminal_opens_it(tmux, playground):
    tmux.open(COMMAND)
    tmux.wait_for("A text, and a model that goes on with it.")
    tmux.press("C-q")
    wait_for_end(tmux, 0)


def test_it_needs_a_terminal(playground):
    ran = playground.run("tui")
    assert ran.exit_code == 2
    assert "needs a terminal" in ran.output


def test_with_colour_there_is_some(app):
    """What tells greys from colours does."""
    tmux = app("-m", "tale")
    with pytest.raises(AssertionError):
        assert_grey(tmux.screen_with_styles())
    tmux.press("C-q")
    wait_for_end(tmux, 0)
