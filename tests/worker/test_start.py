"""The session process is started by whoever needs it first, shared by all, and gone when nobody does."""

from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from playground.config import load_settings
from playground.session.launch import alive


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_the_first_command_starts_it_and_the_second_uses_it_with_its_model_loaded(user):
    user.model("hello", " world", after="Hello")
    first = user.run("gen", "Hello", "-m", "hello")
    assert (first.stdout, first.returncode) == (" world", 0)
    pid = user.pid
    assert user.run("gen", "Hello", "-m", "hello").stdout == " world"
    assert user.pid == pid
    assert user.notes("hello", "loading") == [str(pid)]
    assert "tokens in" in first.stderr
    assert len(first.stderr.splitlines()) == 1


def test_the_flag_and_the_setting_that_do_without_it(user, monkeypatch):
    user.model("hello", " world", after="Hello")
    assert user.run("--in-process", "gen", "Hello", "-m", "hello").stdout == " world"
    monkeypatch.setenv("PLAYGROUND_WORKER", "no")
    assert user.run("gen", "Hello", "-m", "hello").stdout == " world"
    assert not alive(user.address)


def test_every_command_that_asks_a_model_is_answered_by_it(user):
    user.model("abc", "abcabc", after="")
    assert user.run("next", "a", "-m", "abc", "-n", "1").stdout.split()[-1] == "1.0000"
    assert "perplexity" in user.run("score", "abc", "-m", "abc").stdout
    assert user.run("classify", "-t", "sentiment-zero-shot", "So bad.", "-m", "abc").returncode == 0
    assert "Drift" in user.run("models", "show", "abc", "--compare-dtypes").stdout
    assert user.log.count("answers at") == 1


def test_front_ends_that_race_to_start_it_make_one(user):
    user.model("hello", " world", after="Hello")
    racing = [user.start("gen", "Hello", "-m", "hello") for _ in range(8)]
    ended = [process.communicate(timeout=180) for process in racing]
    assert {out for out, _ in ended} == {" world"}
    assert all(len(err.splitlines()) == 1 for _, err in ended)
    assert user.log.count("answers at") == 1
    assert len(user.notes("hello", "loading")) == 1


def test_it_is_detached_and_holds_nothing_of_who_started_it(user, tmp_path):
    user.model("hello", " world", after="Hello")
    held = (tmp_path / "held").open("w")
    user.run("gen", "Hello", "-m", "hello", pass_fds=(held.fileno(),))
    proc = Path(f"/proc/{user.pid}")
    if not proc.exists():
        pytest.skip("needs /proc")
    fields = proc.joinpath("stat").read_text().rpartition(")")[2].split()
    session, terminal = int(fields[3]), int(fields[4])
    assert (session, terminal) == (user.pid, 0)
    assert os.readlink(proc / "cwd") == "/"
    files = {file.name: os.readlink(file) for file in (proc / "fd").iterdir()}
    assert files["0"] == "/dev/null"
    assert files["1"] == files["2"] == str(user.address.log)
    assert str(tmp_path / "held") not in files.values()
    assert not (proc / "task" / str(user.pid) / "children").read_text()


def test_it_never_writes_to_the_terminal_of_who_started_it(user):
    user.model("hello", " world", after="Hello", loud=True)
    user.plugin("loud", "import sys\nprint('LOUD')\nprint('LOUD', file=sys.stderr)\n")
    master, line = pty.openpty()
    words = ["playground", "gen", "Hello", "-m", "hello"]
    script = f"import sys; sys.argv = {words}; from playground.ui.cli.main import main; main()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=line, stdout=line, stderr=line)
    os.close(line)
    screen = b""
    while chunk := _read(master):
        screen += chunk
    assert process.wait(180) == 0
    assert screen.count(b"LOUD") == 2, "the front end's own import of the plugin"
    assert user.log.count("LOUD") == 3


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 4096)
    except OSError:
        return b""


def test_a_plugin_that_was_saved_makes_it_another_one(user):
    user.model("hello", " world", after="Hello")
    assert user.run("gen", "Hello", "-m", "hello").stdout == " world"
    before = user.pid
    file = user.folder / "config" / "plugins" / "scripted_models.py"
    file.write_text(file.read_text().replace("config['script']", "x").replace(
        'config["script"],', 'config["script"].upper(),'
    ))  # fmt: skip
    ran = user.run("gen", "Hello", "-m", "hello")
    assert ran.stdout == " WORLD"
    assert ran.stderr.count("warning: ") == 1
    assert "has changed since the session process was started; a new one is started" in ran.stderr
    assert user.pid != before


def test_what_another_one_still_generates_is_not_cut_short(user, request_of, wait_for):
    user.model("slow", "la" * 20, after="x", pause=0.05)
    stream = user.remote().generate(request_of("slow"))
    assert next(stream).model == "slow"
    old = user.pid
    user.plugin("new", "")
    assert user.run("gen", "x", "-m", "slow", "--max-tokens", "2").stdout == "la"
    assert user.pid != old
    assert [event.text for event in stream][-1] == "la" * 20
    wait_for(lambda: gone(old))


def test_a_program_that_never_matches_is_an_error_and_not_an_endless_loop(user, monkeypatch):
    from playground.api import PlaygroundError

    monkeypatch.setattr("playground.session.remote.identity_of", lambda folders: "another")
    with pytest.raises(PlaygroundError, match="has changed"):
        user.session(model="shakespeare-rnn").score("To be")
    assert len(user.told) == 2


def test_other_settings_have_a_process_of_their_own_beside_it(user, tmp_path):
    user.model("hello", " world", after="Hello")
    user.run("gen", "Hello", "-m", "hello")
    (tmp_path / "more").mkdir()
    for folder, place in ((tmp_path / "more", "/"), ("../more", tmp_path / "more")):
        ran = user.run("--plugins-dir", str(folder), "gen", "Hello", "-m", "hello", cwd=place)
        assert (ran.stdout, len(ran.stderr.splitlines())) == (" world", 1)
    assert alive(user.address)
    assert user.run("worker", "stop").stdout == "2 stopped\n"


@pytest.mark.parametrize("word", ["./models/here", "models/here"])
def test_a_path_means_what_it_means_where_the_command_runs(user, word):
    user.model("here", "!", after="x")
    folder = user.folder / "data"
    ran = user.run("gen", "x", "-m", word, cwd=folder)
    assert (ran.stdout, f"· {word} ·" in ran.stderr) == ("!", True)


def test_a_path_is_known_to_be_one_without_loading_a_plugin(user, monkeypatch):
    folder = user.folder / "data" / "models"
    for name in ("here", "a (b)", "shakespeare-rnn"):
        user.model(name, "!", after="x")
    monkeypatch.chdir(folder)
    session = user.session()
    for given, meant in (
        (str(folder / "here"), str(folder / "here")),
        (f"{folder}/../models/here(x=1)", f"{folder}/here(x=1)"),
        ("./here", f"{folder}/here"),
        ("../models/a (b)", f"{folder}/a (b)"),
        ("no-such-folder", "no-such-folder"),
        ("./no-such-folder(x=1)", "./no-such-folder(x=1)"),
    ):
        assert session._located(given) == meant
    assert "plugins" not in vars(session)
    assert session._located("shakespeare-rnn") == "shakespeare-rnn", "a name, and a folder here"
    assert "plugins" in vars(session)


def test_a_model_whose_files_have_changed_is_loaded_again(user):
    user.model("hello", " world", after="Hello")
    assert user.run("gen", "Hello", "-m", "hello").stdout == " world"
    user.model("hello", " moon and stars", after="Hello")
    assert user.run("gen", "Hello", "-m", "hello").stdout == " moon and stars"
    assert user.log.count("answers at") == 1


def test_what_a_dead_process_left_behind_is_told_in_a_line_and_replaced(user):
    user.model("hello", " world", after="Hello")
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(user.address.socket))
    left.close()
    ran = user.run("gen", "Hello", "-m", "hello")
    assert ran.stdout == " world"
    assert ran.stderr.count("the session process had ended without a word; a new one") == 1


def test_it_is_gone_after_a_while_without_requests(user, monkeypatch, wait_for):
    monkeypatch.setenv("PLAYGROUND_WORKER_IDLE_MINUTES", "0.005")
    user.model("hello", "la" * 10, after="x", pause=0.1)
    assert user.run("gen", "x", "-m", "hello").stdout == "la" * 10, "a request is no idleness"
    pid = user.pid
    wait_for(lambda: gone(pid))
    assert not user.address.socket.exists()
    assert "idle for 0.005 minutes" in user.log
    assert user.run("gen", "x", "-m", "hello", "--max-tokens", "2").stderr.count("\n") == 1


def test_sigterm_ends_it_cleanly(user, wait_for):
    user.remote().models()
    pid = user.pid
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: gone(pid) and not alive(user.address))
    assert not user.address.socket.exists()
    assert user.log.splitlines()[-1].endswith("ends")


def test_one_whose_socket_was_removed_makes_room_for_another(user, wait_for):
    user.remote().models()
    pid = user.pid
    user.address.socket.unlink()
    wait_for(lambda: gone(pid))
    user.remote().models()
    assert user.pid != pid
    assert user.told == []


def test_a_program_that_cannot_start_is_an_error_that_names_the_log(user, monkeypatch):
    from playground.api import PlaygroundError

    monkeypatch.setattr("playground.session.blank.sys.executable", "/bin/false")
    with pytest.raises(PlaygroundError, match="has ended") as failed:
        user.remote().models()
    assert failed.value.hint == "playground worker logs"
    assert len(user.told) == 1


def test_a_program_that_is_not_there_is_done_without(user, monkeypatch):
    user.model("abc", "abc")
    monkeypatch.setattr("playground.session.blank.sys.executable", "/nowhere")
    session = user.session(model="abc")
    session.prepare()
    assert session.next_tokens("a", 1)[0].text == "b"
    assert len(user.told) == 1
    assert "cannot be started" in user.told[0]


def test_the_log_does_not_grow_without_end(user, wait_for):
    user.remote().models()
    with user.address.log.open("a") as log:
        log.write("x" * (2**20 + 1))
    wait_for(lambda: user.address.log.stat().st_size < 1000)
    assert user.address.log.with_suffix(".old").stat().st_size > 2**20
    user.model("hello", "!", after="x")
    user.run("gen", "x", "-m", "hello")
    assert "loaded hello" in user.log


def test_the_settings_it_was_started_with_do_not_decide_which_model_it_answers_with(user):
    for name in "ab":
        user.model(name, name * 3, after="x")
    settings = load_settings({"model": "a"})
    assert settings.model == "a"
    assert user.run("gen", "x", "-m", "a").stdout == "aaa"
    assert user.run("gen", "x", "-m", "b").stdout == "bbb"
    assert user.log.count("answers at") == 1
