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


def test_runs_that_are_compared_are_the_same_as_in_process_and_read_together(user):
    user.model("coins", [{"a": 0.5, "b": 0.3, "c": 0.2}] * 60, after="x", pause=0.01)
    chains = ["greedy", "sample", "top_k(2) | sample", "temperature(2) | sample"] * 2
    words = [
        "compare",
        "x",
        "-m",
        "coins",
        "--seed",
        "7",
        "--max-tokens",
        "50",
        "-n",
        "2",
        "--json",
    ]
    words += [word for chain in chains for word in ("-s", chain)]
    here, there = user.run("--in-process", *words), user.run(*words)
    found = [json.loads(ran.stdout) for ran in (here, there)]
    for run in (run for each in found for run in each["runs"]):
        run.pop("tokens_per_second")
    assert found[0] == found[1]
    assert len(found[0]["runs"]) == 16
    rows = [int(line) for line in user.notes("coins")]
    # Texts are read once as long as they are alike: there are two of greedy, and each chain is there twice.
    assert rows[0] == 1
    assert 4 < max(rows[:50]) < 16
    # In the session process some steps pass until all have begun; one after the other they were 8 * 50.
    assert sum(rows[:50]) <= sum(rows[50:]) <= 16 * 50
    assert len(rows[50:]) < 3 * 50


def test_one_request_of_several_that_cannot_be_meant_ends_all(user, request_of):
    from playground.api import InvalidInput

    user.model("coins", [{"a": 0.5, "b": 0.5}] * 500, after="x", pause=0.01)
    streams = user.remote().generate_all(
        [request_of("coins", max_tokens=400), request_of("coins", chain="gredy")]
    )
    with pytest.raises(InvalidInput, match="gredy"):
        list(streams)


def test_cancelling_ends_all_and_their_ends_are_told(user, request_of):
    user.model("endless", "la" * 900, after="x", pause=0.01)
    streams = user.remote().generate_all([request_of("endless", max_tokens=900)] * 5)
    ended = []
    for which, event in streams:
        if isinstance(event, Token) and event.index == 3:
            streams.cancel()
        if isinstance(event, Finished):
            ended.append((which, event.reason))
    assert sorted(ended) == [(which, "cancelled") for which in range(5)]
