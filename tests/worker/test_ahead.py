"""A command begins the session process before it reads its own words; a wrong guess leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from playground.session import blank
from playground.ui.cli import ahead
from playground.ui.cli.app import COMMANDS

LIST_MODULES = """
import sys
from playground.ui.cli import ahead
ahead.begin(sys.argv[1:])
print(*sys.modules)
from playground.session import blank
blank.discard()
"""


def blanks(user) -> list[int]:
    """The session processes of a user, told which one they are or not."""
    own = f"PLAYGROUND_RUNTIME_HOME={os.environ['PLAYGROUND_RUNTIME_HOME']}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = process.joinpath("cmdline").read_bytes().split(b"\0")
            if b"playground.worker" in words and own in process.joinpath("environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.fixture
def waiting(user, wait_for):
    """The id of a process that was begun and has not been told which one it is."""
    blank.begin()
    wait_for(lambda: blanks(user))
    yield blanks(user)[0]
    blank.discard()


@pytest.fixture
def begun(monkeypatch):
    """How often a process was begun, instead of beginning it."""
    times: list[None] = []
    monkeypatch.setattr(blank, "begin", lambda: times.append(None))
    return times


@pytest.mark.parametrize(
    "line",
    ["gen", "gen x -m gpt2", "-v gen x", "--offline score x", "next -n 3 x", "why 1"],
)
def test_it_is_begun_for_a_verb_that_asks_a_model(user, begun, line):
    ahead.begin(line.split())
    assert len(begun) == 1


@pytest.mark.parametrize(
    "line",
    [
        *("", "--help", "repl", "models list", "tokens x", "worker start", "sessions search gen"),
        *("gen --help", "--in-process gen x", "gen x --in-process"),
    ],
)
def test_it_is_not_begun_for_others(user, begun, line):
    ahead.begin(line.split())
    assert begun == []


def test_it_is_not_begun_where_a_variable_says_whether_there_is_to_be_one(user, begun, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER", "no")
    ahead.begin(["gen", "x"])
    assert begun == []


def test_it_is_not_begun_where_one_has_left_its_socket(user, begun):
    user.address.socket.touch()
    ahead.begin(["gen", "x"])
    assert begun == []


def test_it_is_begun_for_the_verbs_that_say_that_they_ask():
    folder = Path(ahead.__file__).parent
    sources = {
        name: (folder / f"{path.partition(':')[0]}.py").read_text()
        for name, (path, _) in COMMANDS.items()
    }
    assert {name for name, source in sources.items() if "asking=True" in source} == ahead.ASKING


def modules_after(*words: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *words], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


def test_what_decides_it_imports_neither_click_nor_settings(user):
    modules = modules_after("gen", "x")
    assert "playground.session.blank" in modules
    assert modules & {"asyncio", "click", "hashlib", "msgspec", "pluggy", "typing"} == set()
    ours = {name for name in modules if name.partition(".")[0] == "playground"}
    packages = {"playground", "playground.session", "playground.ui", "playground.ui.cli"}
    assert ours - packages == {"playground.paths", "playground.session.blank", ahead.__name__}


def test_for_other_verbs_it_imports_nothing(user):
    assert (
        modules_after("models", "list") & {"pathlib", "socket", "subprocess", "threading"} == set()
    )


def test_the_one_that_was_begun_is_the_session_process(user, waiting):
    user.model("hello", " world", after="Hello")
    session = user.session(model="hello")
    session.prepare()
    assert session.next_tokens("Hello", 1)[0].text == " "
    assert (user.pid, blanks(user)) == (waiting, [waiting])


def test_a_command_makes_one_process_alone(user):
    user.model("hello", " world", after="Hello")
    assert user.run("gen", "Hello", "-m", "hello").stdout == " world"
    assert blanks(user) == [user.pid]


@pytest.mark.parametrize(
    "words",
    [
        ["gen", "x", "--no-such-option"],
        ["gen", "x", "--json", "--jsonl"],
        ["gen", "x", "--temperature", "hot"],
    ],
)
def test_a_command_that_means_nothing_leaves_no_process_and_no_file(user, wait_for, words):
    assert user.run(*words).returncode == 2
    wait_for(lambda: not blanks(user))
    assert list(Path(os.environ["PLAYGROUND_RUNTIME_HOME"]).iterdir()) == []


def test_the_setting_that_does_without_it_leaves_no_process(user):
    user.model("hello", " world", after="Hello")
    (user.folder / "config" / "config.toml").write_text("worker = false\n")
    ran = user.run("gen", "Hello", "-m", "hello")
    assert (ran.stdout, len(ran.stderr.splitlines()), blanks(user)) == (" world", 1, [])


def test_where_one_runs_already_no_other_is_left(user, waiting, wait_for):
    user.model("hello", " world", after="Hello")
    user.remote().models()
    assert user.pid == waiting
    blank.begin()
    wait_for(lambda: len(blanks(user)) == 2)
    user.session(model="hello").prepare()
    assert blanks(user) == [user.pid]


def test_it_ends_with_a_command_that_is_killed(user, wait_for):
    script = "import time; from playground.session import blank; blank.begin(); time.sleep(3600)"
    command = subprocess.Popen([sys.executable, "-c", script])
    wait_for(lambda: blanks(user))
    command.kill()
    command.wait(180)
    wait_for(lambda: not blanks(user))


def test_one_that_dies_before_it_is_told_is_replaced_and_that_is_told_in_a_line(user, waiting):
    user.model("hello", " world", after="Hello")
    os.kill(waiting, signal.SIGKILL)
    session = user.session(model="hello")
    session.prepare()
    assert session.next_tokens("Hello", 1)[0].text == " "
    (line,) = user.told
    assert line.endswith("; a new one is started")
    assert user.pid != waiting


def test_what_fails_while_it_imports_is_in_its_log(user, tmp_path, monkeypatch):
    """A library that only the session process imports is broken."""
    from playground.api import PlaygroundError

    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "asyncio.py").write_text("raise RuntimeError('this library is broken')\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(broken), *sys.path]))
    blank.begin()
    session = user.session(model="shakespeare-rnn")
    session.prepare()
    with pytest.raises(PlaygroundError, match="has ended"):
        session.score("To be")
    assert user.log.count("RuntimeError: this library is broken") == 2, "it was tried twice"


def test_a_launch_longer_than_a_socket_holds_arrives_whole(user, tmp_path):
    """Settings are as long as their user makes them."""
    user.model("hello", " world", after="Hello")
    keys = {f"app.{number}": "x" * 1000 for number in range(500)}
    session = user.session(model="hello", keys=keys)
    assert session.next_tokens("Hello", 1)[0].text == " "


def test_what_it_is_given_and_nothing_else_is_open_in_it(user):
    ours, theirs = socket.socketpair()
    os.set_inheritable(theirs.fileno(), True)
    made = blank.Blank()
    theirs.close()
    ours.settimeout(120)
    assert ours.recv(1) == b"", "nobody holds the other end any more"
    made.discard()
    ours.close()
