"""`playground next`: the likeliest next tokens."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def model(playground):
    script = ["a", {"b": 0.75, "c": 0.25}, {"\n": 0.6, "d": 0.3, "e": 0.1}]
    return playground.model("toy", script, context_length=5)


def test_json_is_a_list_of_the_likeliest_after_the_text(playground, model):
    found = json.loads(playground.run("next", "-m", model, "a", "--top", "2", "--json").stdout)

    assert [(token["id"], token["text"]) for token in found] == [(98, "b"), (99, "c")]
    assert [token["probability"] for token in found] == pytest.approx([0.75, 0.25], abs=1e-6)


def test_ten_are_shown_unless_told_otherwise(playground, model):
    lines = playground.run("next", "-m", model, "ab").stdout.splitlines()

    assert len(lines) == 11
    assert lines[1].split() == ["10", '"␊"', "0.6000"]


def test_each_shows_what_is_expected_at_every_position(playground, model):
    found = json.loads(playground.run("next", "-m", model, "ac", "--each", "--json").stdout)

    assert [(row["after"], row["text"]) for row in found] == [("a", "b"), ("c", "\n")]
    assert found[1]["probability"] == pytest.approx(0.6, abs=1e-6)


def test_an_empty_text_continues_from_the_beginning_of_text(playground, model):
    (first,) = json.loads(playground.run("next", "-m", model, "", "--top", "1", "--json").stdout)
    assert first["text"] == "b"


def test_half_of_a_character_is_shown_as_such(playground):
    model = playground.model("accents", "né")
    (first,) = json.loads(playground.run("next", "-m", model, "n", "--top", "1", "--json").stdout)
    assert (first["id"], first["text"]) == (0xC3, "\ufffd")


FAULTS = {
    ("abcdef",): (5, "6 tokens, and the model's context holds 5"),
    ("a", "--top", "0"): (2, "x>=1"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_is_told(playground, model, words):
    result = playground.run("next", "-m", model, *words)

    code, message = FAULTS[words]
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
