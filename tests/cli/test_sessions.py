"""`playground sessions`: what was generated is listed, shown, searched, exported, forked and deleted."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.cli.conftest import obey_permissions


@pytest.fixture
def story(playground) -> str:
    """A session called `story`: "Once upon a time", and another way to go on."""
    model = playground.model("fox", " upon a time", after="Once")
    playground.run("gen", "Once", "-m", model, "-n", "2", "--seed", "5", "--max-tokens", "5")
    playground.run("gen", "--session", "last", "-m", model, stdin="")
    playground.run("sessions", "name", "last", "story")
    return "story"


def session_ids(playground, *words) -> list[str]:
    return [
        s["id"] for s in json.loads(playground.run("sessions", "list", "--json", *words).stdout)
    ]


def test_the_list_tells_names_and_beginnings_the_one_used_last_first(playground, story):
    playground.run("gen", "Other", "-m", "fox", "--max-tokens", "1")
    ran = playground.process("sessions", "list")
    lines = ran.stdout.decode().splitlines()
    assert lines[0].split() == ["id", "name", "used", "nodes", "text"]
    assert lines[1].split()[-1] == "Other"
    assert lines[2].split()[1::1][0] == "story"
    assert ran.returncode == 0


def test_there_may_be_none(playground):
    ran = playground.process("sessions", "list")
    assert (len(ran.stdout.splitlines()), ran.returncode) == (1, 0)


def test_a_session_is_shown_as_a_tree_with_its_place_marked(playground, story):
    ran = playground.process("sessions", "show", story)
    tree = ran.stdout.decode().partition("\n\n")[2].splitlines()
    shape = [re.sub(r"[0-9a-z]{13}", "ID", line).rstrip() for line in tree]
    assert [(line.startswith(">"), line.index("ID")) for line in shape[1:]] == [
        (False, 4), (False, 6), (True, 8), (False, 6)
    ]  # fmt: skip
    assert [line.split()[-1] for line in shape[1:]] == ["Once", "upon", "time", "upon"]


def test_a_node_is_shown_with_all_that_it_takes_to_repeat_it(playground, story):
    nodes = json.loads(playground.run("sessions", "export", story, "-f", "json").stdout)["nodes"]
    ran = playground.process("sessions", "show", nodes[2]["id"])
    facts = ran.stdout.decode()
    for what in ("model hash", "tokenizer hash", "chain", "seed", "versions", "device", "dtype"):
        assert re.search(rf"^{what} +\S", facts, re.MULTILINE), what
    assert facts.endswith("\nOnce upon a time\n")


def test_something_that_there_is_not_is_answered_with_what_is_near(playground, story):
    ran = playground.process("sessions", "show", "stori")
    assert ran.returncode == 2
    assert b"there is no session 'stori'" in ran.stderr
    assert b"did you mean story?" in ran.stderr


def test_a_search_shows_where_it_is(playground, story):
    ran = playground.process("sessions", "search", "UPON")
    rows = ran.stdout.decode().splitlines()[1:]
    assert len(rows) == 2
    assert all(row.startswith("story") and row.endswith(" upon") for row in rows)
    assert len(playground.run("sessions", "search", "on", "--limit", "1").stdout.splitlines()) == 2
    assert playground.process("sessions", "search", "nowhere").stdout.decode().count("\n") == 1


def test_what_a_model_wrote_is_shown_on_a_terminal_and_not_obeyed(playground):
    model = playground.model("hostile", "\x1b]0;owned\x07\u202e", after="x")
    playground.run("gen", "x", "-m", model)
    for words in (
        ["list"], ["show", "last"], ["search", "owned"], ["export", "last"],
        ["export", "last", "-f", "html"], ["export", "last", "-f", "csv"],
    ):  # fmt: skip
        screen, code = playground.on_terminal("sessions", *words, NO_COLOR="1")
        assert code == 0
        assert b"\x1b" not in screen
        assert "\u202e".encode() not in screen


@pytest.mark.parametrize("form", ["md", "json", "jsonl", "html", "csv"])
def test_an_export_goes_to_stdout_or_into_a_file_whose_name_says_its_form(
    playground, story, tmp_path, form
):
    out = playground.process("sessions", "export", story, "--format", form)
    file = tmp_path / f"out.{form}"
    ran = playground.process("sessions", "export", story, "-o", str(file))
    assert (ran.returncode, ran.stdout, out.returncode) == (0, b"", 0)
    assert file.read_bytes() == out.stdout
    # Tokens of this model are bytes, and rows and spans are a token each.
    assert re.sub(rb"</?span[^>]*>", b"", out.stdout).count(b"upon") == 2 * (form != "csv")


def test_an_export_leaves_a_file_that_is_there(playground, story, tmp_path):
    file = tmp_path / "mine.md"
    file.write_text("my own words")
    ran = playground.process("sessions", "export", story, "-o", str(file))
    assert (ran.returncode, file.read_text()) == (2, "my own words")
    assert b"is there already" in ran.stderr
    assert playground.process("sessions", "export", story, "-o", "out.txt").returncode == 2


def test_deleting_asks_and_can_be_undone(playground, story):
    (session,) = session_ids(playground)
    asked = playground.run("sessions", "rm", story, stdin="n\n")
    assert (asked.exit_code, session_ids(playground)) == (130, [session])
    assert "delete session story with 4 nodes?" in asked.stderr
    removed = playground.process("sessions", "rm", story, "--yes")
    assert removed.returncode == 0
    assert f"playground sessions restore {session}" in removed.stderr.decode()
    assert session_ids(playground) == []
    assert session_ids(playground, "--deleted") == [session]
    assert playground.process("sessions", "restore", story).returncode == 0
    assert session_ids(playground) == [session]


def test_erasing_is_for_what_is_deleted_already(playground, story):
    assert playground.process("sessions", "erase", story, "--yes").returncode == 2
    playground.run("sessions", "rm", story, "--yes")
    asked = playground.run("sessions", "erase", story, stdin="")
    assert asked.exit_code == 130
    assert playground.process("sessions", "erase", story, "--yes").returncode == 0
    assert session_ids(playground) == session_ids(playground, "--deleted") == []


def test_a_fork_is_a_session_with_the_text_up_to_a_node(playground, story):
    nodes = json.loads(playground.run("sessions", "export", story, "-f", "json").stdout)["nodes"]
    words = ["sessions", "fork", story, "--at", nodes[1]["id"], "--name", "branch"]
    made = playground.process(*words)
    assert (
        made.stdout.decode().strip()
        == json.loads(playground.run("sessions", "export", "branch", "-f", "json").stdout)[
            "session"
        ]["id"]
    )
    went_on = playground.process("gen", " b", "--session", "branch", "-m", "fox")
    assert went_on.returncode == 0
    shown = playground.run("sessions", "export", "branch", "-f", "json").stdout
    assert [node["text"] for node in json.loads(shown)["nodes"]][:3] == ["Once", " upon", " b"]
    assert playground.run("sessions", "fork", story, "--name", "branch").exit_code == 2


def test_completion_offers_names_and_makes_no_history(playground, story, monkeypatch):
    monkeypatch.setenv("_PLAYGROUND_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "playground sessions show s")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert playground.process().stdout == b"plain,story\n"
    monkeypatch.setenv("PLAYGROUND_DATA_HOME", str(playground.folder / "other"))
    assert playground.process().stdout.strip() == b""
    assert not (playground.folder / "other").exists()


@pytest.fixture
def unwritable(playground, story):
    """The folder of the history, with `story` in it, can only be read from now on."""
    folder = playground.folder / "data"
    for path in (folder, *folder.glob("history*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, *folder.glob("history*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


LOOKING = [
    (["list"], "story"),
    (["show", "story"], "length"),
    (["search", "upon"], "story"),
    (["export", "story"], "upon"),
]


@pytest.mark.parametrize(("words", "shown"), LOOKING)
def test_what_only_looks_works_where_nothing_can_be_written(playground, unwritable, words, shown):
    ran = playground.process("sessions", *words, preexec_fn=obey_permissions)
    assert (ran.returncode, shown in ran.stdout.decode()) == (0, True), ran.stderr
    assert ran.stderr.decode().splitlines() == [
        "the history cannot be written, and is shown as it was left: "
        f"Permission denied: {unwritable / 'history.sqlite3'}"
    ]


def test_what_changes_something_says_that_it_cannot(playground, unwritable):
    ran = playground.process("sessions", "name", "story", "tale", preexec_fn=obey_permissions)
    assert ran.returncode == 1
    assert b"Permission denied" in ran.stderr


def test_a_session_is_gone_on_with_where_nothing_can_be_written_and_that_is_said(
    playground, unwritable
):
    ran = playground.process(
        "gen", "Once", "--session", "story", "-m", "fox", preexec_fn=obey_permissions
    )
    assert ran.returncode == 0
    assert b"the model ended the text" in ran.stderr
    assert b"this is not saved in the history" in ran.stderr
    again = playground.process("replay", "last", preexec_fn=obey_permissions)
    assert again.stdout.startswith(b"identical")


@pytest.mark.parametrize("words", [["--session", "story"], []], ids=["reopened", "loaded"])
def test_a_conversation_goes_on_in_memory_where_nothing_can_be_written(
    playground, unwritable, words
):
    typed = "" if words else "/load story\n"
    ran = playground.process(
        "repl", "--plain", "-m", "fox", *words,
        input=f"{typed}/type Once\n\n/export {unwritable.parent}/whole.md\n/quit\n".encode(),
        preexec_fn=obey_permissions,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    said = (ran.stdout + ran.stderr).decode()
    assert said.count("is shown as it was left") == 1
    assert said.count("this session is not saved from here on") == 1
    assert "upon" in (unwritable.parent / "whole.md").read_text()


def test_what_was_being_written_when_the_folder_became_unwritable_is_read_too(playground, story):
    """A journal that was left beside the database is part of it."""
    folder = playground.folder / "data"
    writer = playground.start(
        "gen", "Once", "-m", playground.model("endless", "la" * 5000, after="e", pause=0.02)
    )
    writer.stdout.read(40)
    time.sleep(0.5)
    writer.kill()
    writer.wait()
    assert (folder / "history.sqlite3-wal").stat().st_size
    paths = [folder, *folder.glob("history*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    ran = playground.process("sessions", "show", "last", preexec_fn=obey_permissions)
    for path in paths:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert "lala" in ran.stdout.decode(), ran.stderr
    assert "interrupted" in ran.stdout.decode()


def test_an_unwritable_folder_without_a_history_has_no_sessions(playground):
    folder = playground.folder / "data"
    folder.mkdir()
    folder.chmod(0o555)
    ran = playground.process("sessions", "list", preexec_fn=obey_permissions)
    folder.chmod(0o755)
    assert (ran.returncode, len(ran.stdout.splitlines())) == (0, 1), ran.stderr
