"""`playground why`: the funnel of one token, of the very text that `gen` says."""

from __future__ import annotations

import json

import pytest

SCRIPT = ["a", {"b": 0.6, "c": 0.3, "d": 0.1}, *({"e": 0.5, "f": 0.3, "g": 0.2},) * 30]
CHAIN = "temperature(2) | top_k(2) | sample"


@pytest.fixture
def model(playground):
    return playground.model("toy", SCRIPT, after="x")


def test_json_is_the_contract(playground, model):
    result = playground.run(
        "why", "x", "-m", model, "--index", "1", "-s", "top_k(2) | greedy", "--json"
    )
    found = json.loads(result.stdout)
    assert found["token"] == {"index": 1, "id": ord("b"), "text": "b"}
    first, last = found["stages"]
    assert list(first) == ["stage", "candidates", "mass", "entropy", "rank", "probability", "cut"]
    assert (last["stage"], last["candidates"], last["rank"]) == ("top_k(2)", 2, 0)
    assert last["mass"] == pytest.approx(0.9, abs=1e-4)
    assert last["probability"] == pytest.approx(2 / 3, abs=1e-4)
    assert last["entropy"] == pytest.approx(0.6365, abs=1e-4)
    assert last["cut"][0]["text"] == "d"


@pytest.mark.parametrize("index", [0, 1, 13, 30])
def test_it_is_the_token_that_gen_says_with_the_same_seed(playground, model, index):
    options = ("x", "-m", model, "-s", CHAIN, "--seed", "5")
    said = [
        event
        for line in playground.run("gen", *options, "--jsonl").stdout.splitlines()
        if (event := json.loads(line))["type"] == "token"
    ]
    asked = playground.run("why", *options, "--index", str(index), "--json").stdout
    found = json.loads(asked)
    assert found["token"]["id"] == said[index]["id"]
    assert found["stages"][0]["rank"] == said[index]["raw_rank"]
    assert found["stages"][-1]["entropy"] == pytest.approx(said[index]["entropy"], abs=1e-6)


def test_a_strategy_that_looks_ahead_is_asked_for_the_whole_text(playground, model):
    """Beam's first token depends on how long the text may be: it is that of the whole one."""
    words = ("x", "-m", model, "-s", "beam(width=3)", "--max-tokens", "12")
    text = json.loads(playground.run("gen", *words, "--json").stdout)[0]["text"]
    for index in (0, 5):
        asked = playground.run("why", *words, "--index", str(index), "--json").stdout
        assert json.loads(asked)["token"]["text"] == text[index]


def test_people_get_a_table_and_are_told_the_seed(playground, model):
    result = playground.run("why", "x", "-m", model, "-i", "1", "-s", "top_k(2) | greedy",
                            "--seed", "3")  # fmt: skip
    lines = result.stdout.splitlines()
    assert lines[0] == 'token 1 is "b" (id 98) after "a"'
    assert lines[1].split()[:3] == ["stage", "left", "mass"]
    assert lines[3].startswith("top_k(2)")
    assert 'greedy would have taken "b" (0.6000)' in lines[4]
    assert result.stderr.endswith(f"{model} · top_k(2) | greedy · seed 3\n")


FAULTS = {
    ("--index", "99"): "what is generated has 33 tokens, none is 99",
    ("--index", "-1"): "x>=0",
    ("-s", "tpo_k(2) | sample", "--index", "1"): "did you mean top_k",
    (): "Missing option",
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_is_told(playground, model, words):
    result = playground.run("why", "x", "-m", model, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert FAULTS[words] in result.stderr


def test_a_token_of_control_characters_is_made_visible(playground):
    model = playground.model("hostile", "\x1b[2J\n", after="x")
    out, code = playground.on_terminal("why", "x", "-m", model, "--index", "4", "-s", "greedy")
    assert code == 0
    assert b"\x1b[2J" not in out
    assert 'token 4 is "␊" (id 10) after "␛[2J"'.encode() in out
