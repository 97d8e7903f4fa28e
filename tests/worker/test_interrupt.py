"""Ctrl-c and a closed pipe end a command at once; the session process goes on for others."""

from __future__ import annotations

import json
import signal

import pytest


@pytest.fixture
def user(sharing_user):
    """One session process answers all of these tests."""
    sharing_user.model("endless", "la" * 5000, after="x", pause=0.01)
    return sharing_user


WORDS = ("gen", "x", "-m", "endless", "--max-tokens", "9000")


def test_ctrl_c_keeps_the_text_so_far_and_frees_the_model(user, wait_for):
    process = user.start(*WORDS)
    began = process.stdout.read(6)
    process.send_signal(signal.SIGINT)
    rest, err = process.stdout.read(), process.stderr.read()
    assert process.wait(180) == 130
    assert (began + rest).replace("la", "") in ("", "l")
    assert "cancelled" in err
    assert "Traceback" not in err
    wait_for(lambda: user.status().running == 0)


def test_ctrl_c_ends_the_events_with_finished_cancelled(user):
    process = user.start(*WORDS, "--jsonl")
    first = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    events = [json.loads(line) for line in [*first, *process.stdout.read().splitlines()]]
    assert process.wait(180) == 130
    assert (events[-1]["type"], events[-1]["reason"]) == ("finished", "cancelled")
    texts = [event["text"] for event in events if event["type"] == "token"]
    assert "".join(texts) == events[-1]["text"]


def test_ctrl_c_while_a_model_is_loaded_ends_the_command_and_not_the_load(user, wait_for):
    user.model("heavy", "whole", after="x", load_seconds=2)
    process = user.start("gen", "x", "-m", "heavy")
    wait_for(lambda: user.notes("heavy", "loading"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=180)
    assert (out, process.returncode) == ("", 130)
    assert "Traceback" not in err
    assert user.run("gen", "x", "-m", "heavy").stdout == "whole"
    assert len(user.notes("heavy", "loading")) == 1


def test_a_pipe_that_is_closed_is_quiet_and_frees_the_model(user, wait_for):
    process = user.start(*WORDS)
    assert process.stdout.read(5) == "lalal"
    process.stdout.close()
    assert process.wait(180) == 141
    assert "error" not in process.stderr.read().lower()
    wait_for(lambda: user.status().running == 0)


def test_a_command_that_is_killed_frees_the_model(user, wait_for):
    process = user.start(*WORDS)
    process.stdout.read(4)
    process.kill()
    process.communicate()
    wait_for(lambda: user.status().running == 0)
