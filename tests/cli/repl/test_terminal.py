"""The REPL on a real terminal: start, stream, stop, kill, resume, narrow, and no terminal at all."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time

import pytest

from tests.cli.conftest import PATIENCE


@pytest.fixture
def tale(playground):
    return playground.model("tale", " upon a time.", after="Once")


@pytest.fixture
def endless(playground):
    """A model that says "la" every hundredth of a second."""
    return playground.model("endless", "la" * 5000, after="x", pause=0.01)


def test_a_text_streams_in_place_and_the_toolbar_tells_how_it_went(repl, tale):
    screen = repl("-m", tale, "-s", "greedy", "--seed", "7")
    screen.enter("Once")
    screen.wait_for("\n> Once\nOnce upon a time.\n-- node 2 · 14 tokens")
    screen.wait_for("\ntale · greedy · node 2 · seed 7 · 18/∞ tokens")


def test_commands_complete_with_tab_and_values_too(repl, tale):
    screen = repl("-m", tale)
    screen.type("/strat")
    screen.press("Tab")
    screen.wait_for("> /strategy")
    screen.type(" gree")
    screen.press("Tab")
    screen.wait_for("> /strategy greedy")
    screen.press("Enter", "Enter")
    assert "\ngreedy\n" in screen.wait_for("1  greedy")


def test_what_was_typed_before_is_found_with_ctrl_r_and_after_a_new_start(repl, tmux, tale):
    screen = repl("-m", tale, "-s", "greedy")
    screen.enter("/max 4")
    screen.wait_for("max_tokens: 4")
    screen.press("C-d")
    screen.wait_for("exit=0")
    tmux.kill()
    screen = repl("-m", tale)
    screen.press("C-r")
    screen.type("ma")
    screen.wait_for("/max 4")


def test_alt_enter_and_fences_hold_several_lines(repl, tale):
    screen = repl("-m", tale, "--max-tokens", "0")
    screen.type("one")
    screen.press("M-Enter")
    screen.enter("two")
    screen.wait_for("node 2 · 0 tokens")
    screen.enter('"""')
    screen.enter("three")
    screen.enter('four"""')
    screen.wait_for("node 4 · 0 tokens")
    screen.enter("/tree")
    assert "one␊two" in screen.wait_for("three␊four")


def test_ctrl_c_stops_and_keeps_clears_and_leaves(repl, endless):
    screen = repl("-m", endless, "-s", "greedy", "--max-tokens", "9000")
    screen.enter("x")
    screen.wait_for("lalalala")
    screen.type("typed ahead")
    screen.press("C-c")
    screen.wait_for("stopped by you")
    screen.wait_for("> typed ahead")
    screen.press("C-c")
    screen.wait_for("> typed ahead", gone=True)
    screen.enter("/tree")
    screen.wait_for("cancelled")
    screen.press("C-c")
    screen.wait_for("ctrl-c again leaves")
    screen.press("C-c")
    assert "exit=0\nicanon\necho" in screen.wait_for("echo")


def test_ctrl_c_before_the_model_has_said_anything_gives_the_prompt_back(repl, playground):
    slow = playground.model("slow", "x", load_seconds=30)
    screen = repl("-m", slow)
    screen.enter("x")
    screen.wait_for("loading")
    screen.press("C-c")
    screen.wait_for("error: stopped")
    screen.enter("/goto 1")
    screen.wait_for("node 1: 1 characters")


@pytest.mark.parametrize(("name", "code"), [("TERM", 143), ("HUP", 129)])
@pytest.mark.parametrize("streaming", [True, False])
def test_a_signal_leaves_the_terminal_as_it_was_and_loses_nothing(
    repl, playground, endless, name, code, streaming
):
    screen = repl("-m", endless, "-s", "greedy", "--max-tokens", "9000")
    screen.enter("x" if streaming else "/type x")
    screen.wait_for("lalalala" if streaming else "node 1")
    os.kill(screen.process(), getattr(signal, f"SIG{name}"))
    assert f"exit={code}\nicanon\necho" in screen.wait_for("echo")
    shown = playground.run("sessions", "show", "last").stdout
    assert ("cancelled" in shown or "interrupted" in shown) == streaming
    assert "text" in shown


def test_what_was_said_before_kill_9_is_there_when_it_is_resumed(repl, tmux, playground, endless):
    screen = repl("-m", endless, "-s", "greedy", "--max-tokens", "9000")
    screen.enter("x")
    screen.wait_for("la" * 30)
    deadline = time.monotonic() + PATIENCE
    while "la" * 12 not in playground.run("sessions", "show", "last").stdout:
        assert time.monotonic() < deadline
    os.kill(screen.process(), signal.SIGKILL)
    screen.wait_for("exit=137")
    tmux.kill()
    screen = repl("-m", endless, "--session", "last")
    screen.enter("/tree")
    assert "la" * 12 in screen.wait_for("interrupted")


def test_twenty_columns_are_enough(repl, tale):
    screen = repl("-m", tale, "-s", "greedy", columns=80)
    screen.resize(20, 20)
    screen.enter("Once")
    shown = screen.wait_for("node 2")
    assert "Once upon a time." in shown
    screen.enter("/tree")
    screen.wait_for("text: Once")
    assert all(len(line) <= 20 for line in screen.screen().splitlines())
    screen.wait_for("\ntale")


def test_beams_draw_what_is_not_final_yet_and_draw_over_it(repl, playground):
    script = [{"a": 0.6, "b": 0.4}, {"c": 0.9, "d": 0.1}] * 20
    beams = playground.model("beams", script, after="x", pause=0.05)
    screen = repl("-m", beams, "-s", "beam(width=3)", "--max-tokens", "20")
    screen.enter("x")
    shown = screen.wait_for("20 tokens")
    line = next(line for line in shown.splitlines() if line.startswith("xa"))
    assert line == "x" + "ac" * 10


def test_a_draft_takes_several_lines_and_leaves_nothing_behind(repl, playground):
    """Beams that cannot tell two words apart agree late: a long draft, at the bottom of the screen."""
    script = [{"a": 0.5, "b": 0.5}, *"cdefghij" * 9]
    beams = playground.model("beams", script, after="x", pause=0.03)
    screen = repl("-m", beams, "-s", "beam(width=2)", "--max-tokens", "60", columns=30, rows=10)
    for _ in range(4):
        screen.enter("/seed 1")
    screen.enter("x")
    assert "xacdefghijcdefghijcdefghijcdef\nghij" in screen.wait_for("\nghijcdef")
    screen.wait_for("60 tokens")
    lines = screen.screen().splitlines()
    start = lines.index("xacdefghijcdefghijcdefghijcdef")
    assert lines[start - 1 : start + 3] == [
        "> x",
        "xacdefghijcdefghijcdefghijcdef",
        "ghijcdefghijcdefghijcdefghijcd",
        "e",
    ]
    assert lines[start + 3].startswith("-- node 2 · 60 tokens in")


def test_compared_runs_stream_in_columns(repl, playground):
    coins = playground.model("coins", [{"a": 0.5, "b": 0.3, "c": 0.2}] * 90, after="x", pause=0.02)
    screen = repl("-m", coins, "--max-tokens", "60", "--seed", "3", columns=100, rows=30)
    screen.enter("/type x")
    screen.wait_for("node 1: 1 character")
    screen.enter("/compare greedy sample")
    streaming = screen.wait_for("aaaaaaaaaa")
    assert "dist-1" not in streaming
    shown = screen.wait_for("nodes 2 to 3")
    assert "\ngreedy" in shown
    assert "a" * 48 in shown
    assert shown.count("─┼─") == 1
    assert shown.index("│ sample") < shown.index("dist-1") < shown.index("they part at token")


def test_the_editor_is_opened_on_the_text(repl, tmp_path, tale):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i s/time/moon/ "$1"; echo >> "$1"\n')
    editor.chmod(0o755)
    screen = repl("-m", tale, "-s", "greedy", before=f"EDITOR={editor}")
    screen.enter("Once")
    screen.wait_for("node 2")
    screen.enter("/edit")
    screen.wait_for("node 3: 17 characters")
    screen.enter("/render")
    screen.wait_for("Once upon a moon.")


def test_a_dumb_terminal_gets_all_of_it_without_an_escape(playground, tale):
    screen = playground.terminal("repl", "-m", tale, "-s", "greedy", TERM="dumb")
    screen.wait_for(b"> ")
    screen.type(b"Once\n")
    screen.wait_for(b"node 2")
    screen.type(b'"""\n')
    screen.wait_for(b". ")
    screen.type(b'x"""\n/tree\n\x04')
    received, code = screen.finish()
    assert code == 0
    assert b"Once upon a time.\r\n" in received
    assert b"\x1b" not in received


def test_plain_on_a_terminal_hears_ctrl_c(playground, endless):
    screen = playground.terminal(
        "repl", "--plain", "-m", endless, "-s", "greedy", "--max-tokens", "9000", "--seed", "5"
    )
    screen.wait_for(b"> ")
    screen.type(b"x\n")
    screen.wait_for(b"lalala")
    screen.type(b"\x03")
    screen.wait_for(b"stopped by you \xc2\xb7 seed 5\r\n> ")
    screen.type(b"\x03")
    screen.wait_for(b"ctrl-c again leaves")
    screen.type(b"\x03")
    received, code = screen.finish()
    assert code == 0
    assert b"Traceback" not in received


def test_a_pipe_is_a_script(playground, tale):
    script = b'Once\n/goto 1\n/nope\n"""\nx\n"""\n\xff\n'
    ran = playground.process("repl", "-m", tale, "-s", "greedy", input=script)
    out = ran.stdout.decode()
    assert ran.returncode == 0
    assert out.startswith("Once upon a time.\n-- node 2")
    assert "error: there is no command /nope" in out
    assert "> " not in out
    assert ran.stderr == b""


def test_playground_alone_opens_it_on_a_dumb_terminal_and_shows_help_in_a_pipe(playground, tmux):
    assert b"Commands:" in playground.process().stdout
    from tests.cli.repl.conftest import COMMAND

    tmux.open(f"TERM=dumb {COMMAND}")
    tmux.wait_for(">")
    tmux.press("C-d")
    tmux.wait_for("exit=0")


MODULES = """
import atexit, sys
from pathlib import Path
from playground.ui.cli.main import main
names = lambda: " ".join(sorted({name.partition(".")[0] for name in sys.modules}))
atexit.register(lambda: Path(sys.argv[-1]).write_text(names()))
sys.argv[0] = "playground"
main()
"""
HEAVY = {
    "torch",
    "transformers",
    "numpy",
    "tokenizers",
    "safetensors",
    "huggingface_hub",
    "textual",
}


def test_the_prompt_appears_without_a_model_library_or_numpy(tmux, home, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(MODULES)
    told = tmp_path / "modules"
    tmux.open(f"{shlex.quote(sys.executable)} {script} repl --stop {told}")
    tmux.wait_for("\n>")
    tmux.enter("/type a text")
    tmux.wait_for("node 1")
    tmux.press("C-d")
    tmux.wait_for("exit=0")
    imported = set(told.read_text().split())
    assert "prompt_toolkit" in imported
    assert imported & HEAVY == set()


def test_an_option_that_cannot_be_is_an_error_before_the_prompt(playground):
    ran = playground.process("repl", "-s", "nope")
    assert ran.returncode == 2
    assert b"there is no strategy or processor 'nope'" in ran.stderr
    assert playground.process("repl", "--session", "nope").returncode == 2


def test_the_options_of_gen_that_say_how_to_decode_are_those_of_the_repl(playground):
    given = ["--temperature", "0.5", "--top-k", "5", "--top-p", "0.9", "--max-seconds", "3"]
    ran = playground.process("repl", *given, "--fit", "tail", "-n", "2", input=b"/set\n")
    assert ran.returncode == 0
    for line in (
        "chain         temperature(0.5) | top_p(0.9) | top_k(5) | sample",
        "max_seconds   3.0",
        "fit           tail",
        "n             2",
    ):
        assert f"\n{line}\n" in ran.stdout.decode()
