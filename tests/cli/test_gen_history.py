"""`gen` keeps what it generates, goes on with sessions, and generates where nothing can be kept."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import time
from pathlib import Path

import pytest

from playground.session.store import History
from tests.cli.conftest import obey_permissions


@pytest.fixture
def hello(playground):
    """A model that continues "Hello" with " world.\\nAnd more"."""
    return playground.model("hello", " world.\nAnd more", after="Hello")


@pytest.fixture
def file(playground) -> Path:
    return playground.folder / "data" / "history.sqlite3"


@pytest.fixture
def kept(file):
    """Every session's nodes, the one used last first."""

    def kept():
        with History(file) as history:
            return [list(history.tree(session.id)) for session in history.sessions()]

    return kept


def test_every_call_is_a_new_session_with_all_that_it_takes_to_repeat_it(playground, hello, file):
    playground.run("gen", "Hello", "-m", hello, "--seed", "7", "-n", "2", "-s", "greedy")
    playground.run("gen", "Hello", "-m", hello, "--max-tokens", "3")
    with History(file) as history:
        second, first = history.sessions()
        prompt, one, other = history.tree(first.id)
        run = history.run(one.run)
        assert len(list(history.tree(second.id))) == 2
    assert (prompt.text, one.text, other.text) == ("Hello", *[" world.\nAnd more"] * 2)
    assert (one.sequence, other.sequence, one.ended, other.run) == (0, 1, "eos", one.run)
    assert (run.seed, run.chain, run.model, run.device, run.dtype) == (
        7, "greedy", "hello", "cpu", "float32"
    )  # fmt: skip
    assert len(run.model_hash) == 64
    assert run.tokenizer_hash == "bytes"
    assert {"playground", "numpy"} <= run.versions.keys()
    assert all(token.raw_logprob <= 0 for token in one.tokens)


def test_the_template_and_its_variables_are_kept(playground, file):
    playground.template("say", 'query = "{{input}} {{who}}:"\n[variables.who]\ndefault = "Bob"\n')
    model = playground.model("bob", " yes", after="Hi Bob:")
    playground.run("gen", "-t", "say", "-m", model, stdin="Hi")
    with History(file) as history:
        run = history.run(history.tree(history.session("last").id)[history.node_id("last")].run)
    assert (run.template, run.variables) == ("say", {"who": "Bob", "input": "Hi"})


def test_a_session_is_gone_on_with_at_its_end(playground, kept):
    model = playground.model("long", " world, and again", after="Hello")
    playground.run("gen", "Hello", "-m", model, "--max-tokens", "6")
    with_text = playground.run("gen", ", and", "--session", "last", "-m", model)
    assert with_text.stdout == " again"
    assert [node.text for node in kept()[0]] == ["Hello", " world", ", and", " again"]


def test_on_a_terminal_a_session_is_gone_on_with_without_a_text(playground):
    model = playground.model("long", " world, and again", after="Hello")
    playground.run("gen", "Hello", "-m", model, "--max-tokens", "6")
    screen, code = playground.on_terminal("gen", "--session", "last", "-m", model)
    assert (screen.split(b"\r\n")[0], code) == (b"\x1b[2mHello world\x1b[0m, and again", 0)


def test_a_session_that_there_is_not_is_an_error_before_anything_is_generated(playground, hello):
    playground.run("gen", "Hello", "-m", hello)
    playground.run("sessions", "name", "last", "story")
    ran = playground.run("gen", "Hello", "-m", hello, "--session", "stroy")
    assert (ran.stdout, ran.exit_code) == ("", 2)
    assert "did you mean story?" in ran.stderr


@pytest.mark.parametrize("how", ["flag", "environment", "file"])
def test_the_history_can_be_turned_off(playground, hello, file, how, monkeypatch):
    if how == "environment":
        monkeypatch.setenv("PLAYGROUND_HISTORY", "0")
    if how == "file":
        (playground.folder / "config" / "config.toml").write_text("history = false\n")
    ran = playground.run("gen", "Hello", "-m", hello, *["--no-history"] * (how == "flag"))
    assert (ran.stdout, ran.exit_code) == (" world.\nAnd more", 0)
    assert not file.exists()
    refused = playground.run("gen", "x", "--session", "last", *["--no-history"] * (how == "flag"))
    assert refused.exit_code == 2


def test_a_request_that_is_refused_leaves_no_session(playground, hello, kept):
    assert playground.run("gen", "Hello", "-m", hello, "-s", "no_such_chain").exit_code == 2
    assert kept() == []


def test_what_ctrl_c_stopped_is_kept_as_cancelled(playground, kept):
    model = playground.model("endless", "la" * 5000, after="x", pause=0.01)
    process = playground.start("gen", "x", "-m", model, "--max-tokens", "9000")
    began = process.stdout.read(6)
    out, _, code = playground.interrupt(process)
    assert code == 130
    (_, said), *_ = kept()
    assert (said.text.encode(), said.ended) == (began + out, "cancelled")


def test_what_kill_9_stopped_is_kept_as_interrupted_but_for_the_last_quarter_second(
    playground, kept
):
    model = playground.model("endless", "la" * 5000, after="x", pause=0.02)
    process = playground.start("gen", "x", "-m", model, "--max-tokens", "9000")
    shown = process.stdout.read(10)
    deadline = time.monotonic() + 120
    while not (kept() and kept()[0][-1].text.encode().startswith(shown)):
        assert time.monotonic() < deadline, "tokens are kept every quarter of a second"
    process.send_signal(signal.SIGKILL)
    process.wait()
    (_, said), *_ = kept()
    assert said.ended == "interrupted"
    assert said.text.encode().startswith(shown)


def test_what_nobody_read_on_is_kept_as_far_as_it_came(playground, kept):
    model = playground.model("endless", "la" * 5000, after="x", pause=0.01)
    process = playground.start("gen", "x", "-m", model, "--max-tokens", "9000")
    shown = process.stdout.read(6)
    process.stdout.close()
    assert process.wait(180) == 141
    (_, said), *_ = kept()
    assert said.text.encode().startswith(shown)
    assert said.ended == "interrupted"


def test_in_a_home_that_is_read_only_the_text_is_shown_and_why_it_is_not_kept(
    playground, hello, file
):
    for folder in ("data", "cache"):
        (playground.folder / folder).mkdir(exist_ok=True)
        (playground.folder / folder).chmod(0o555)
    ran = playground.process("gen", "Hello", "-m", hello, preexec_fn=obey_permissions)
    assert (ran.stdout, ran.returncode) == (b" world.\nAnd more", 0)
    assert [line for line in ran.stderr.decode().splitlines() if "history" in line] == [
        f"warning: this is not saved in the history: the history {file} cannot be used: "
        f"Permission denied: {file}"
    ]
    assert b"Traceback" not in ran.stderr
    for folder in ("data", "cache"):
        (playground.folder / folder).chmod(0o755)
    assert not file.exists()


@pytest.mark.parametrize("room", [0, 16_000])
def test_on_a_full_disk_the_text_is_shown_and_why_it_is_not_kept(playground, kept, room):
    """No file may grow beyond what the history's has now, as on a disk with no room left."""
    model = playground.model("long", "x" * 3000, after="Hello")
    playground.run("gen", "Hello", "-m", model, "--max-tokens", "9")
    before = kept()
    file = playground.folder / "data" / "history.sqlite3"

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    words = ["gen", "Hello", "-m", model, "--max-tokens", "2900"]
    ran = playground.process(*words, preexec_fn=fill_disk, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert (ran.stdout, ran.returncode) == (b"x" * 2900, 0)
    warnings = [line for line in ran.stderr.decode().splitlines() if "history" in line]
    assert len(warnings) == 1
    assert warnings[0].startswith("warning: this is not saved in the history: ")
    assert str(file) in warnings[0]
    assert b"Traceback" not in ran.stderr
    assert kept()[-1] == before[0]


def test_a_damaged_history_is_set_aside_and_said_and_a_new_one_begun(playground, hello, file, kept):
    file.write_bytes(b"garbage" * 100)
    ran = playground.process("gen", "Hello", "-m", hello)
    assert ran.returncode == 0
    (aside,) = file.parent.glob("history-damaged-*.sqlite3")
    assert f"the history was damaged: it lies in {aside}" in ran.stderr.decode()
    assert aside.read_bytes() == b"garbage" * 100
    assert kept()[0][1].text == " world.\nAnd more"


def test_beside_a_history_of_a_newer_version_it_generates_and_says_why_nothing_is_kept(
    playground, hello, file
):
    History(file).close()
    import sqlite3

    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = file.read_bytes()
    ran = playground.run("gen", "Hello", "-m", hello)
    assert (ran.stdout, ran.exit_code) == (" world.\nAnd more", 0)
    assert "not saved in the history" in ran.stderr
    assert "newer playground" in ran.stderr
    assert playground.run("sessions", "list").exit_code == 1
    assert file.read_bytes() == before


def test_events_are_the_same_with_and_without_a_history(playground, hello):
    # A session process would know the prompt the second time.
    words = ["--in-process", "gen", "Hello", "-m", hello, "--seed", "3", "--jsonl"]

    def events(*more):
        lines = playground.run(*words, *more).stdout.splitlines()
        return [{**json.loads(line), "seconds": 0} for line in lines]

    assert events() == events("--no-history")


def test_a_data_folder_that_is_removed_meanwhile_stops_nothing(playground, kept):
    model = playground.model("endless", "la" * 60, after="x", pause=0.01)
    process = playground.start("gen", "x", "-m", model, "--max-tokens", "100")
    assert process.stdout.read(6) == b"lalala"
    shutil.rmtree(playground.folder / "data")
    assert len(process.stdout.read()) == 94
    assert process.wait(180) == 0
