"""What is offered while a line is typed: commands, options and values."""

from __future__ import annotations

import pytest

from playground.session.actions.completing import completions
from playground.session.actions.table import ACTIONS


@pytest.fixture
def complete(hands):
    def offered(line):
        """Whole lines that the completions make."""
        return [line[: found.start] + found.text for found in completions(hands.bench, line)]

    offered.hands = hands
    return offered


@pytest.mark.parametrize(
    ("line", "offer"),
    [
        ("/mod", ["/model", "/models"]),
        ("/model ta", ["/model tale"]),
        ("/unload sh", ["/unload shakespeare-rnn"]),
        ("/device c", ["/device cpu", "/device cuda"]),
        ("/strategy gre", ["/strategy greedy"]),
        ("/strategy greedy|repet", ["/strategy greedy|repetition_penalty"]),
        ("/strategy beam(wid", ["/strategy beam(width="]),
        ("/strategy beam(width=", ["/strategy beam(width=4"]),
        ("/strategy beam(4, len", ["/strategy beam(4, length_penalty="]),
        ("/strategy app", ["/strategy append"]),
        ("/strategy append top_k", ["/strategy append top_k"]),
        ("/strategy insert 1 top_k", ["/strategy insert 1 top_k"]),
        ("/temp 0.", ["/temp 0.7", "/temp 0.8"]),
        ("/seed ran", ["/seed random"]),
        ("/t fo", ["/t fox"]),
        ("/probs o", ["/probs on", "/probs off"]),
        ("/set cha", ["/set chain"]),
        ("/set chain gre", ["/set chain greedy"]),
        ("/set fit t", ["/set fit tail"]),
        ("/set n ", ["/set n 1"]),
        ("/set model ta", ["/set model tale"]),
        ("/preset s", ["/preset save"]),
        ("/help got", ["/help goto"]),
        ("/load la", ["/load last"]),
        ("/got 1", []),
        ("//mod", []),
        ("Once", []),
        ("/nope x", []),
        ('/name "open', []),
    ],
)  # fmt: skip
def test_a_line_is_completed(complete, line, offer):
    assert complete(line) == offer


def test_nodes_are_offered_by_number_and_name_the_newest_first(complete):
    complete.hands.type("Once")
    complete.hands.type("/name ending")
    assert complete("/goto ") == ["/goto 2", "/goto ending", "/goto 1"]
    assert complete("/diff 1 e") == ["/diff 1 ending"]
    (found,) = completions(complete.hands.bench, "/goto e")
    assert found.help == " upon a time."


def test_sessions_are_offered_by_name(complete):
    complete.hands.type("Once")
    complete.hands.type("/save my tale")
    assert complete("/load my") == ["/load my tale"]


def test_variables_of_the_template_are_offered_with_their_defaults(complete, home):
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "ask.toml").write_text(
        "query = '{{topic}}'\n[variables.topic]\ndefault = 'rain'\nhelp = 'x'\n"
    )
    assert complete("/p ") == []
    complete.hands.type("/t ask")
    assert complete("/p t") == ["/p topic="]
    assert complete("/p topic=") == ["/p topic=", "/p topic=rain"]


def test_files_are_offered_after_an_at_sign_and_where_a_command_takes_one(
    complete, tmp_path, monkeypatch
):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.play").touch()
    (tmp_path / "files" / "more").mkdir()
    monkeypatch.chdir(tmp_path / "files")
    assert complete("@") == ["@a.play", "@more/"]
    assert complete("/run a") == ["/run a.play"]
    assert complete(f"/run {tmp_path}/fil") == [f"/run {tmp_path}/files/"]
    assert complete("@nowhere/") == []


def test_the_value_of_an_option_with_choices_is_offered(complete):
    offered = complete("/strategy beam(early_stopping=")
    assert offered
    assert all(line.startswith("/strategy beam(early_stopping=") for line in offered)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_completing_never_fails(complete, action):
    for line in (f"/{action.name}", f"/{action.name} ", f"/{action.name} x", f"/{action.name} 1 x"):
        complete(line)
