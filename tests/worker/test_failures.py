"""A session process may be killed, crash or hang at any moment: the front end says so and loses no text."""

from __future__ import annotations

import json
import os
import signal
import time

from playground.api import Started

GONE = "the session process has ended; a new one is started"


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_killed_while_it_loads_it_is_started_again_and_the_request_repeated(user, wait_for):
    user.model("slow", "whole", after="x", load_seconds=1)
    process = user.start("gen", "x", "-m", "slow")
    wait_for(lambda: user.notes("slow", "loading"))
    kill(int(user.notes("slow", "loading")[0]))
    out, err = process.communicate(timeout=180)
    assert (out, process.returncode) == ("whole", 0)
    # It loads before the command has asked for anything: then it was never seen alive.
    assert err.count("warning: ") == err.count("; a new one is started") == 1
    assert len(err.splitlines()) == 2


def test_killed_before_the_first_token_it_is_repeated_with_the_seed_that_was_told(
    user, request_of, wait_for
):
    user.model("slow", "whole", after="x", pause=0.5)
    stream = user.remote().generate(request_of("slow", chain="sample"))
    started = next(stream)
    wait_for(lambda: user.notes("slow"))
    kill(user.pid)
    rest = list(stream)
    assert not any(isinstance(event, Started) for event in rest), "it is told once"
    assert rest[-1].text == "whole"
    assert rest[-1].seed == started.seed
    assert user.told == [GONE]


def test_killed_while_it_streams_the_text_so_far_stays_and_the_end_is_told(user):
    user.model("endless", "la" * 5000, after="x", pause=0.01)
    process = user.start("gen", "x", "-m", "endless", "--max-tokens", "9000")
    began = process.stdout.read(6)
    kill(user.pid)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 1
    assert (began + out).replace("la", "") in ("", "l")
    assert err.splitlines() == [
        "error: the session process has ended",
        "hint: playground worker logs",
    ]


def test_killed_while_it_streams_every_sequence_ends_with_finished(user):
    user.model("endless", "la" * 5000, after="x", pause=0.01)
    words = ["gen", "x", "-m", "endless", "--jsonl", "-n", "2", "--max-tokens", "9000"]
    process = user.start(*words)
    lines = [process.stdout.readline() for _ in range(8)]
    kill(user.pid)
    out, _ = process.communicate(timeout=180)
    events = [json.loads(line) for line in [*lines, *out.splitlines()]]
    for sequence in (0, 1):
        mine = [event for event in events if event["sequence"] == sequence]
        assert [event["type"] for event in mine].count("started") == 1
        tokens = [event["text"] for event in mine if event["type"] == "token"]
        assert (mine[-1]["type"], mine[-1]["reason"]) == ("finished", "error")
        assert mine[-1]["text"] == "".join(tokens) != ""
        assert mine[-1]["tokens"] == len(tokens)


def test_killed_while_it_answers_a_question_it_is_asked_again(user, wait_for):
    import threading

    user.model("slow", "abc", load_seconds=1)
    session = user.session(model="slow")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(session.next_tokens("a", 1)))
    asking.start()
    wait_for(lambda: user.notes("slow", "loading"))
    kill(user.pid)
    asking.join(30)
    assert answers[0][0].text == "b"
    assert user.told == [GONE]


def test_one_that_hangs_in_a_step_is_ended_and_the_request_repeated(user, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER_HANG_SECONDS", "1.5")
    user.model("sticky", "whole", after="x", hang=1)
    ran = user.run("gen", "x", "-m", "sticky")
    assert (ran.stdout, ran.returncode) == ("whole", 0)
    assert "warning: the session process hangs in a step for more than 1.5 s" in ran.stderr
    assert len(ran.stderr.splitlines()) == 2


def test_one_that_hangs_again_is_an_error(user, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER_HANG_SECONDS", "1.5")
    user.model("sticky", "whole", after="x", hang=2)
    ran = user.run("gen", "x", "-m", "sticky")
    assert (ran.stdout, ran.returncode) == ("", 1)
    assert "error: the session process hangs in a step" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_one_that_does_not_answer_at_all_is_ended(user, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER_HANG_SECONDS", "1.5")
    user.model("hello", "!", after="x")
    user.remote().models()
    stopped = user.pid
    os.kill(stopped, signal.SIGSTOP)
    ran = user.run("gen", "x", "-m", "hello")
    assert ran.stdout == "!"
    assert "has not answered for more than 4.5 s: it was ended; a new one is started" in ran.stderr
    assert user.pid != stopped


def test_a_step_may_take_as_long_as_what_it_reads_and_a_turn_of_a_plugin_may_not(user, monkeypatch):
    """The model is said to have a hundred million parameters, which a slow disk gives in four seconds."""
    monkeypatch.setenv("PLAYGROUND_WORKER_HANG_SECONDS", "1")
    user.model("large", "ok", after="x", pause=2.5, parameters=100_000_000)
    ran = user.run("gen", "x", "-m", "large", "--max-tokens", "1")
    assert (ran.stdout, len(ran.stderr.splitlines())) == ("o", 1)
    user.plugin("slow", SLOW_PROCESSOR)
    user.model("large", "ok", after="x", parameters=100_000_000)
    ran = user.run("gen", "x", "-m", "large", "--max-tokens", "1", "-s", "slow | greedy")
    assert "hangs in a step for more than 1 s" in ran.stderr


SLOW_PROCESSOR = """
import time
from playground.api import Processor, hookimpl

class Slow(Processor, frozen=True):
    def __call__(self, candidates, step):
        time.sleep(3600)

@hookimpl
def register_processors():
    return [Slow]
"""


def test_a_long_load_is_no_hang(user, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER_HANG_SECONDS", "1")
    user.model("slow", "whole", after="x", load_seconds=2.5)
    ran = user.run("gen", "x", "-m", "slow")
    assert (ran.stdout, len(ran.stderr.splitlines())) == ("whole", 1)


def test_a_model_that_fails_ends_its_own_request_alone(user):
    user.model("broken", "abc", after="x", fail="no luck")
    user.model("hello", "!", after="x")
    ran = user.run("gen", "x", "-m", "broken")
    assert ran.returncode == 4
    assert "error: the model failed: RuntimeError: no luck" in ran.stderr
    assert user.run("gen", "x", "-m", "hello").stdout == "!"
    assert user.log.count("answers at") == 1


def test_after_a_failure_of_the_device_the_next_request_has_a_new_process(user, wait_for):
    user.model("broken", "abc", after="x", fail="CUDA error: device-side assert triggered")
    user.model("hello", "!", after="x")
    assert user.run("gen", "x", "-m", "broken").returncode == 4
    wait_for(lambda: "retiring: the device has failed" in user.log)
    ran = user.run("gen", "x", "-m", "hello")
    assert (ran.stdout, len(ran.stderr.splitlines())) == ("!", 1)
    assert user.log.count("answers at") == 2


def test_a_cancelled_one_ends_at_once_for_its_reader_even_in_the_middle_of_a_long_step(
    user, request_of
):
    user.model("slow", "la", after="x", pause=20)
    stream = user.remote().generate(request_of("slow"))
    next(stream)
    began = time.monotonic()
    stream.cancel()
    assert [event.reason for event in stream] == ["cancelled"]
    assert time.monotonic() - began < 10
