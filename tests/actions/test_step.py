"""A text token by token: the same text, what each token was chosen from, and nothing of it lost."""

from __future__ import annotations

import pytest

SCRIPT = [{"a": 0.5, "b": 0.3, "c": 0.2}] * 12


@pytest.fixture
def coins(open_bench, model):
    hands = open_bench(
        model=model("coins", SCRIPT, after="x"), chain="top_k(2) | sample", max_tokens=11, seed=3
    )
    hands.type("/type x")
    return hands


@pytest.mark.parametrize(
    "chain", ["sample", "top_k(2) | sample", "beam(3)", "frequency_penalty(2) | sample"]
)
def test_the_steps_are_what_going_on_says_with_the_same_seed(coins, chain):
    coins.type(f"/strategy {chain}")
    coins.type("")
    whole, told = coins.bench.text, coins.table("/tokens")
    coins.type("/goto 1")
    for token in told:
        rows = coins.table("/step")
        (taken,) = [row for row in rows if row[""] == ">"]
        assert (taken["token"], taken["n"], taken["probability"]) == (
            token["token"], token["rank"], token["probability"],
        )  # fmt: skip
    assert coins.bench.text == whole
    assert "there is no further step: stopped at /max" in coins.error("/step").text


def test_why_explains_a_step_as_it_explains_the_whole_text(coins):
    coins.type("/strategy frequency_penalty(2) | sample")
    coins.type("")
    explained = [coins.table(f"/why {index}") for index in range(5)]
    coins.type("/goto 1")
    for index in range(5):
        coins.type("/step")
        assert coins.table("/why 0") == explained[index]


def test_another_one_is_a_branch_and_going_back_and_on_comes_to_the_same_nodes(coins):
    coins.type("/step")
    coins.type("/step")
    second = coins.bench.node
    other = 1 - coins.table("/tokens")[0]["rank"]  # top_k(2) leaves two
    coins.type(f"/step {other}")
    taken = coins.bench.node
    assert (taken.kind, taken.parent) == ("chosen", second.parent)
    assert taken.text != second.text
    coins.type("/step")
    assert coins.bench.node.parent == taken.id
    count = len(coins.bench.tree)
    coins.type("/step back")
    coins.type("/step back")
    coins.type("/step")
    assert coins.bench.node == second
    assert len(coins.bench.tree) == count


def test_taking_the_one_that_was_taken_changes_nothing(coins):
    coins.type("/step")
    node = coins.bench.node
    rank = coins.table("/tokens")[0]["rank"]
    coins.type(f"/step {rank}")
    assert coins.bench.node == node


def test_other_settings_are_another_text(coins):
    coins.type("/step")
    first = coins.bench.node
    coins.type("/step back")
    coins.type('/strategy bad_words(["a", "b"]) | greedy')
    coins.type("/step")
    assert coins.bench.node.text == "c"
    assert coins.bench.node.parent == first.parent


def test_steps_are_kept_in_the_history(coins, open_bench):
    for _ in range(3):
        coins.type("/step")
    nodes = list(coins.bench.tree)
    again = open_bench(resume="last")
    assert [(n.id, n.text, len(n.tokens)) for n in again.bench.tree] == [
        (n.id, n.text, len(n.tokens)) for n in nodes
    ]
    assert again.bench.text == coins.bench.text
    assert again.type("/why 0").startswith('token 0 is "')


def test_a_model_that_ends_its_text_ends_the_steps(open_bench, model):
    hands = open_bench(model=model("short", "ab", after="x"), chain="greedy", seed=1)
    hands.type("/type x")
    for _ in range(3):  # and the token that ends it
        hands.type("/step")
    assert hands.bench.text == "xab"
    assert "the model ended the text" in hands.error("/step").text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/step x", "takes a number or back"),
        ("/step 1", "there is no token to take another one for"),
        ("/step 1 2", "does not take '2'"),
    ],
)
def test_what_cannot_be_is_told(coins, line, told):
    assert told in coins.error(line).text


def test_there_is_no_way_back_from_the_empty_text(coins):
    coins.type("/step back")
    assert "nothing to go back over" in coins.error("/step back").text


def test_a_model_that_cannot_be_asked_is_told(coins):
    coins.bench.choices = coins.bench.choices.__class__(model="gone", chain="greedy")
    assert "no model 'gone'" in coins.error("/step").text
