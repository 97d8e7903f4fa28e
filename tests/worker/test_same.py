"""What is asked over the wire is answered as it is in process: texts, events, errors."""

from __future__ import annotations

import json

import pytest

from playground.api import Finished, Started, Token


@pytest.fixture
def user(sharing_user):
    """One session process answers all of these tests."""
    return sharing_user


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["gen", "x", "-m", "nope"], 3, "there is no model 'nope'"),
        (["gen", "x", "-m", "short", "-s", "gredy"], 2, "did you mean"),
        (["gen", "far too long", "-m", "short"], 5, "context holds 4"),
        (["score", "x", "-m", "short"], 2, "nothing to predict"),
        (["next", "far too long", "-m", "short"], 5, "context holds 4"),
        (["models", "show", "short", "--compare-dtypes"], 0, "Drift"),
    ],
)
def test_errors_are_the_same_as_in_process(user, words, code, told):
    user.model("short", "abc", context_length=4)
    here, there = user.run("--in-process", *words), user.run(*words)
    assert (there.returncode, there.stdout, there.stderr) == (code, here.stdout, here.stderr)
    assert told in there.stdout + there.stderr


def test_the_events_are_the_same_as_in_process(user):
    words = ["gen", "ROMEO:", "--seed", "7", "--max-tokens", "20", "--jsonl", "-n", "2"]
    here, there = user.run("--in-process", *words), user.run(*words)
    events = [[json.loads(line) for line in ran.stdout.splitlines()] for ran in (here, there)]
    for event in (event for told in events for event in told):
        event.pop("seconds", None)
    assert sorted(events[0], key=str) == sorted(events[1], key=str)
    assert {event["type"] for event in events[0]} == {"started", "token", "finished"}


def test_what_streams_are_made_of_is_whole(user, request_of):
    user.model("euro", "€" * 50, after="x")
    events = list(user.remote().generate(request_of("euro", n=3)))
    for sequence in range(3):
        mine = [event for event in events if event.sequence == sequence]
        kinds = [type(event) for event in mine]
        assert kinds == [Started, *[Token] * 151, Finished]
        assert "".join(event.text for event in mine[1:-1]) == mine[-1].text == "€" * 50
