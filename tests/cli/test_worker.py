"""`playground worker`: what runs is seen, started and stopped from the command line."""

import json

import pytest

from playground.session import workers


@pytest.fixture(autouse=True)
def stopped():
    """Nothing is left running."""
    yield
    workers.stop_all()


def test_it_is_started_looked_at_and_stopped(playground):
    assert "does not run" in playground.run("worker", "status").stdout
    assert "idle for" in playground.run("worker", "start").stdout
    started = json.loads(playground.run("worker", "status", "--json").stdout)[0]
    assert (started["running"], started["answers"], started["models"]) == (True, True, [])
    assert str(started["pid"]) in playground.run("worker", "start").stdout, (
        "it is not started twice"
    )
    assert "answers at" in playground.run("worker", "logs").stdout
    assert playground.run("worker", "stop").stdout == "1 stopped\n"
    assert playground.run("worker", "stop").stdout == "no session process runs\n"
    assert not json.loads(playground.run("worker", "status", "--json").stdout)[0]["running"]


def test_status_tells_what_is_loaded(playground, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER", "1")
    playground.model("hello", " world", after="Hello")
    assert playground.run("gen", "Hello", "-m", "hello").stdout == " world"
    told = playground.run("worker", "status").stdout.splitlines()
    assert [row.split()[:3] for row in told[-2:]] == [
        ["model", "device", "type"],
        ["hello", "cpu", "float32"],
    ]


def test_a_log_that_there_is_not_is_said(playground):
    ran = playground.run("worker", "logs")
    assert (ran.stdout, ran.exit_code) == ("", 0)
    assert "there is no log yet" in ran.stderr


def test_the_doctor_tells_whether_it_runs_and_why_it_cannot(playground, monkeypatch, short_path):
    def told() -> list[tuple[str, str]]:
        findings = json.loads(playground.run("doctor", "--json").stdout)
        return [(f["state"], f["what"]) for f in findings if f["area"] == "worker"]

    monkeypatch.setenv("PLAYGROUND_WORKER", "0")
    assert told() == [("note", "not used: each command loads its own model")]
    monkeypatch.setenv("PLAYGROUND_WORKER", "1")
    assert told()[0][1].startswith("does not run now")
    playground.run("worker", "start")
    assert told()[0][1].startswith("process ")
    playground.run("worker", "stop")
    (short_path / "open").mkdir()
    (short_path / "open").chmod(0o777)
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(short_path / "open"))
    ((state, what),) = told()
    assert (state, "is open to others" in what) == ("broken", True)
    monkeypatch.undo()
