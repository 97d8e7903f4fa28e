"""`playground replay` says whether the same is generated again, and if not where and why."""

from __future__ import annotations

import json
import sqlite3

import pytest

CHANCES = [{"a": 0.5, "b": 0.3, "c": 0.2}] * 30


@pytest.fixture
def dice(playground) -> str:
    """A model that says a, b or c, thirty times."""
    return playground.model("dice", CHANCES, after="x")


@pytest.fixture
def edit(playground):
    """Change the history behind the program's back."""

    def edit(sql: str, *values) -> None:
        connection = sqlite3.connect(playground.folder / "data" / "history.sqlite3")
        with connection:
            assert connection.execute(sql, values).rowcount > 0
        connection.close()

    return edit


def test_the_same_is_identical(playground, dice):
    generated = playground.run("gen", "x", "-m", dice, "--max-tokens", "25")
    ran = playground.process("replay", "last")
    assert (ran.stdout, ran.stderr, ran.returncode) == (b"identical, 25 tokens\n", b"", 0)
    assert len(generated.stdout) == 25


def test_nothing_is_added_to_the_history(playground, dice):
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5")
    before = playground.run("sessions", "show", "last").stdout
    playground.process("replay", "last")
    assert playground.run("sessions", "show", "last").stdout == before


def test_all_sequences_of_the_last_run_or_one_of_them(playground, dice):
    playground.run("gen", "x", "-m", dice, "-n", "3", "--max-tokens", "9", "--seed", "1")
    ran = playground.process("replay", "last")
    assert ran.stdout.decode().splitlines() == [
        f"sequence {number}: identical, 9 tokens" for number in (1, 2, 3)
    ]
    nodes = json.loads(playground.run("sessions", "export", "last", "-f", "json").stdout)["nodes"]
    assert playground.process("replay", nodes[2]["id"]).stdout == b"identical, 9 tokens\n"


def test_a_fork_is_replayed_as_itself(playground, dice):
    playground.run("gen", "x", "-m", dice, "-n", "2", "--max-tokens", "9")
    playground.run("sessions", "fork", "last")
    assert playground.process("replay", "last").stdout == b"identical, 9 tokens\n"


def test_another_seed_differs_at_a_token_that_is_named_with_both_probabilities(
    playground, dice, edit
):
    said = playground.run(
        "gen", "x", "-m", dice, "-s", "sample", "--max-tokens", "25", "--seed", "1"
    )
    other = playground.run(
        "gen", "x", "-m", dice, "-s", "sample", "--max-tokens", "25", "--seed", "2", "--no-history"
    )
    place = next(i for i in range(25) if said.stdout[i] != other.stdout[i])
    edit("UPDATE run SET request = replace(request, '\"seed\":1', '\"seed\":2')")
    ran = playground.process("replay", "last")
    chance = {"a": "0.5", "b": "0.3", "c": "0.2"}
    then, now = said.stdout[place], other.stdout[place]
    assert ran.stdout.decode() == (
        f'differs at token {place}: "{then}" (probability {chance[then]}, the model\'s own '
        f'{chance[then]}) then, "{now}" (probability {chance[now]}, the model\'s own '
        f"{chance[now]}) now\n"
    )
    assert ran.returncode == 1


def test_a_model_that_has_changed_is_said_beside_what_differs(playground, dice):
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5", "-s", "greedy")
    config = playground.folder / "data" / "models" / "dice" / "config.json"
    config.write_text(config.read_text().replace('"a": 0.5', '"a": 0.05'))
    ran = playground.process("replay", "last")
    assert b"the model's files are others: " in ran.stderr
    assert ran.stdout.startswith(b'differs at token 0: "a" (probability 0.5')
    assert ran.returncode == 1


def test_a_second_model_that_has_changed_is_said_too(playground, dice):
    small = playground.model("small", [{"a": 0.5, "b": 0.5}] * 40, after="x")
    chain = f'contrastive_decoding("{small}")'
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5", "-s", chain, "--seed", "1")
    config = playground.folder / "data" / "models" / small / "config.json"
    config.write_text(config.read_text() + "\n")
    ran = playground.process("replay", "last")
    assert b"the files of amateur are others: " in ran.stderr
    assert ran.stdout == b"identical, 5 tokens\n"


@pytest.mark.parametrize(
    ("column", "value", "line"),
    [
        ("tokenizer_hash", "another", "the tokenizer is another: another then, bytes now"),
        ("versions", '{"playground": "0", "torch": "1"}', "playground: 0 then, 0."),
        ("device", "cuda:0", "device: cuda:0 then, cpu now"),
        ("dtype", "int8", "dtype: int8 then, float32 now"),
        ("model_hash", "", "the model's files are others: unknown then, "),
    ],
)
def test_what_computes_otherwise_is_said(playground, dice, edit, column, value, line):
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5")
    edit(f"UPDATE run SET {column} = ?", value)
    ran = playground.process("replay", "last")
    assert line in ran.stderr.decode()
    assert (ran.stdout, ran.returncode) == (b"identical, 5 tokens\n", 0)


@pytest.mark.parametrize("reason", ["cancelled", "interrupted", "time"])
def test_what_was_cut_short_is_compared_as_far_as_it_came(playground, dice, edit, reason):
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5")
    edit("UPDATE run SET request = replace(request, '\"max_tokens\":5', '\"max_tokens\":29')")
    edit("UPDATE node SET ended = ? WHERE run IS NOT NULL", reason)
    ran = playground.process("replay", "last")
    assert (ran.stdout, ran.returncode) == (b"identical, 5 tokens\n", 0)


def test_going_on_where_it_had_ended_and_ending_where_it_went_on_differ(playground, dice, edit):
    playground.run("gen", "x", "-m", dice, "-s", "greedy", "--max-tokens", "5")
    edit("UPDATE run SET request = replace(request, '\"max_tokens\":5', '\"max_tokens\":6')")
    ran = playground.process("replay", "last")
    assert ran.stdout.startswith(b'differs at token 5: the end then, "a" (probability 0.5')
    edit("UPDATE run SET request = replace(request, '\"max_tokens\":6', '\"max_tokens\":3')")
    ran = playground.process("replay", "last")
    assert ran.stdout.startswith(b'differs at token 3: "a" (probability 0.5')
    assert ran.stdout.endswith(b"then, the end now\n")


def test_the_prompt_is_the_text_of_the_path(playground):
    model = playground.model("long", " world, and again", after="Hello")
    playground.run("gen", "Hello", "-m", model, "--max-tokens", "6")
    playground.run("gen", ", and", "--session", "last", "-m", model, "-s", "sample")
    assert playground.process("replay", "last").stdout == b"identical, 7 tokens\n"


def test_the_models_of_this_installation_say_the_same_again(playground):
    words = ["-n", "2", "--max-tokens", "40", "--stop", "e t"]
    playground.process("gen", "ROMEO:", *words)
    ran = playground.process("replay", "last")
    assert ran.stdout.decode().count("identical") == 2
    assert (ran.stderr, ran.returncode) == (b"", 0)


def test_what_was_typed_cannot_be_replayed_and_what_there_is_not_is_said(playground, dice):
    nothing = playground.process("replay", "last")
    assert nothing.returncode == 2
    assert b"nothing was generated yet" in nothing.stderr
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5")
    nodes = json.loads(playground.run("sessions", "export", "last", "-f", "json").stdout)["nodes"]
    typed = playground.process("replay", nodes[0]["id"])
    assert typed.returncode == 2
    assert b"was not generated: its kind is 'text'" in typed.stderr


def test_a_model_that_is_gone_is_an_error_of_its_own(playground, dice):
    playground.run("gen", "x", "-m", dice, "--max-tokens", "5")
    (playground.folder / "data" / "models" / "dice").rename(playground.folder / "elsewhere")
    assert playground.process("replay", "last").returncode == 3
