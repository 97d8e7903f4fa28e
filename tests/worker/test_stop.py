"""`playground worker stop` ends all of it, and who was being answered says that the text is not whole."""

from __future__ import annotations

import os
import signal

import pytest

from playground.config import load_settings
from playground.protocol.retired import retired, sign_off
from playground.session.transcript import Said
from playground.session.workbench import Workbench
from tests.worker.test_start import gone

WORDS = ("gen", "x", "-m", "endless", "--max-tokens", "9000")


@pytest.fixture
def streaming(user):
    """A `gen` that will not end by itself, and the id of the process that answers it."""
    user.model("endless", "la" * 5000, after="x", pause=0.01)
    process = user.start(*WORDS)
    assert process.stdout.read(6) == "lalala"
    return process, user.pid


def test_a_command_that_was_being_answered_ends_as_cancelled_and_says_why(user, streaming):
    process, _ = streaming
    assert user.run("worker", "stop").stdout == "1 stopped\n"
    out, err = process.stdout.read(), process.stderr.read()
    assert process.wait(180) == 130
    assert set(out) <= {"l", "a"}
    assert err.count("warning: the session process was stopped, so the text is not whole\n") == 1
    assert "· cancelled ·" in err


def test_the_repl_does_not_say_that_it_was_you(user, wait_for):
    user.model("endless", "la" * 5000, after="x", pause=0.01)
    bench, said = Workbench(load_settings({"model": "endless"})), Said()
    bench.choose(chain="greedy", max_tokens=9000)
    for count, output in enumerate(bench.run("x")):
        said.take(output)
        if count == 9:
            assert user.run("worker", "stop").stdout == "1 stopped\n"
    bench.close()
    assert "stopped with the session process" in said.text()
    assert bench.node.ended == "cancelled"


def test_a_retired_process_is_listed_and_stopped_too(user, streaming, wait_for):
    process, old = streaming
    user.plugin("new", "")
    assert user.run("gen", "x", "-m", "endless", "--max-tokens", "2").stdout == "la"
    assert user.pid != old
    shown = user.run("worker", "status").stdout
    assert f"a retired session process {old} ends with its last request\n" in shown
    assert user.run("worker", "stop").stdout == "2 stopped\n"
    assert process.wait(180) == 130
    wait_for(lambda: gone(old))
    assert user.run("worker", "stop").stdout == "no session process runs\n"
    assert retired(user.address.folder) == []


def test_a_retired_process_that_hangs_is_stopped_too(user, streaming, wait_for):
    process, old = streaming
    user.plugin("new", "")
    user.run("gen", "x", "-m", "endless", "--max-tokens", "2")
    os.kill(old, signal.SIGSTOP)
    assert user.run("worker", "stop").stdout == "2 stopped\n"
    wait_for(lambda: gone(old))
    assert process.wait(180) != 0


def test_what_a_dead_one_left_is_no_retired_process(tmp_path):
    (tmp_path / f"{os.getpid()}.retired").touch()
    assert retired(tmp_path) == []
    assert not any(tmp_path.iterdir())
    file = sign_off(tmp_path)
    assert retired(tmp_path) == [os.getpid()]
    assert file.exists()
