"""`playground score`: loss, perplexity and the surprisal of each token."""

from __future__ import annotations

import json
import math

import pytest


@pytest.fixture
def model(playground):
    """After `a`: b with probability 1/2, then c with 1/8, then é (two bytes), surely."""
    return playground.model("toy", ["a", {"b": 0.5, "x": 0.5}, {"c": 0.125, "x": 0.875}])


def test_json_is_the_contract(playground, model):
    result = playground.run("score", "-m", model, "abc", "--json")

    found = json.loads(result.stdout)
    assert found["tokens"] == 2
    assert found["logprobs"] == pytest.approx([math.log(0.5), math.log(0.125)], abs=1e-5)
    assert found["loss"] == pytest.approx(2 * math.log(2), abs=1e-5)
    assert found["perplexity"] == pytest.approx(4, abs=1e-4)
    assert found["bits_per_character"] == pytest.approx(2, abs=1e-4)


def test_the_table_has_a_row_for_every_predicted_token(playground, model):
    lines = playground.run("score", "-m", model, "abc").stdout.splitlines()

    assert lines[0].split() == ["loss", "1.3863", "nats", "a", "token"]
    assert [line.split() for line in lines[-2:]] == [
        ['"b"', "1.00", "0.5000"],
        ['"c"', "3.00", "0.1250"],
    ]


def test_stdin_is_scored_whole(playground, model):
    assert (
        json.loads(playground.run("score", "-m", model, "-", "--json", stdin="abc\n").stdout)[
            "tokens"
        ]
        == 3
    )


def test_a_text_longer_than_the_context_is_scored_in_windows_and_said(playground):
    model = playground.model("short", "abcdefghijkl", context_length=4)
    result = playground.run("score", "-m", model, "abcdefghijkl", "--json")

    assert json.loads(result.stdout)["tokens"] == 11
    assert "read in 4 windows that overlap by 2 tokens" in result.stderr


FAULTS = {
    ("",): (2, "nothing to predict"),
    ("a",): (2, "nothing to predict"),
    ("abc", "-m", "none"): (3, "none"),
    ("abc", "--device", "nonsense", "-m", "none"): (3, "none"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_scored_is_told(playground, model, words):
    result = playground.run("score", "-m", model, *words)

    code, message = FAULTS[words]
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr


def test_bytes_that_are_no_text_are_refused_with_the_place(playground, model):
    result = playground.run("score", "-m", model, "-", stdin=b"ab\xff")
    assert result.exit_code == 2
    assert "byte 0xFF at offset 2" in result.stderr


def test_nul_bytes_are_kept_and_said(playground, model):
    result = playground.run("score", "-m", model, "-", "--json", stdin=b"ab\x00")
    assert json.loads(result.stdout)["tokens"] == 2
    assert "1 NUL byte" in result.stderr
