"""Moving in the tree with commands; nothing of it is ever lost."""

from __future__ import annotations

import math

import pytest


def texts(rows):
    return [row["text"] for row in rows]


def test_undo_and_redo_move_between_where_one_was(hands):
    hands.type("Once")
    hands.type("/retry")
    assert hands.bench.number(hands.bench.tree.cursor) == 3
    hands.type("/undo")
    assert hands.bench.text == "Once"
    hands.type("/undo")
    assert hands.bench.number(hands.bench.tree.cursor) == 2
    hands.type("/redo")
    hands.type("/redo")
    assert hands.bench.number(hands.bench.tree.cursor) == 3
    assert hands.error("/redo").text == "there is nothing to redo"
    assert len(hands.bench.tree) == 3


def test_goto_takes_a_number_a_name_and_an_id(hands):
    hands.type("Once")
    hands.type("/name ending")
    node = hands.bench.node
    hands.type("/goto 0")
    assert hands.bench.text == ""
    for reference in ("2", "#2", "ending", node.id):
        hands.type("/goto 1")
        assert hands.type(f"/goto {reference}") == "-- node 2: 17 characters\nOnce upon a time."
        assert hands.bench.node.id == node.id
    assert hands.error("/goto 7").text == "there is no node 7, the last is 2"
    assert hands.error("/goto endin").hint == "did you mean ending?"


def test_the_tree_shows_every_node_and_indents_where_it_branches(hands):
    assert "empty" in hands.type("/tree")
    hands.type("Once")
    hands.type("/retry")
    hands.type("/pin")
    hands.type("/name second")
    rows = hands.table("/tree")
    assert texts(rows) == ["Once", " upon a time.", " upon a time."]
    assert [row["node"] for row in rows] == ["1", "  2", "  3*"]
    assert [row[""] for row in rows] == ["", "", ">"]
    assert [row["kind"] for row in rows] == ["text", "eos", "eos"]
    assert rows[2]["name"] == "second"


def test_a_pin_is_taken_away_by_pinning_again(hands):
    hands.type("Once")
    assert hands.type("/pin 1") == "-- node 1 is pinned"
    assert hands.type("/pin 1") == "-- node 1 is not pinned any more"
    assert hands.error("/pin 0").text == "the empty text is no node"


def test_names_are_given_once(hands):
    hands.type("Once")
    hands.type("/name one")
    assert hands.error("/name one 1").text == "there is a node 'one' already"


def test_diff_shows_words_that_differ(hands):
    hands.type("/type The quick fox")
    hands.type("/goto 0")
    hands.type("/type The slow fox")
    assert hands.type("/diff 1 2") == "The [-quick-]{+slow+} fox"
    assert hands.type("/diff 0 1") == "{+The quick fox+}"


def test_edit_adds_a_node_and_keeps_what_was(hands):
    hands.type("Once")
    hands.editor = lambda text: text.replace("time", "moon")
    hands.type("/edit")
    assert hands.bench.text == "Once upon a moon."
    assert hands.bench.node.parent == hands.bench.find("1").id
    hands.type("/goto 2")
    hands.editor = lambda text: text + " The end"
    hands.type("/edit")
    assert hands.bench.text == "Once upon a time. The end"
    assert hands.bench.node.parent == hands.bench.find("2").id
    hands.editor = lambda text: None
    assert hands.type("/edit") == "-- nothing was changed"
    hands.type("/edit Once")
    assert hands.bench.number(hands.bench.tree.cursor) == 1
    assert len(hands.bench.tree) == 4


def test_fork_goes_on_in_a_session_of_its_own(hands):
    assert hands.error("/fork").hint == "type one"
    hands.type("Once")
    first = hands.bench.keeper.session
    hands.type("/fork other")
    assert hands.bench.keeper.session != first
    hands.type("/type  The end.")
    assert hands.bench.text == "Once upon a time. The end."
    assert len(hands.bench.keeper.history.tree(first)) == 2
    assert {s.name for s in hands.bench.keeper.history.sessions()} == {None, "other"}


def test_alt_branches_at_a_token_with_another_one(open_bench, model):
    script = ["a", {"b": 0.6, "c": 0.3, "d": 0.1}, "e", "f"]
    hands = open_bench(model=model("choices", script, after="x"), chain="greedy", max_tokens=4)
    assert "no token" in hands.error("/alt 1 1").text
    hands.type("x")
    assert hands.bench.text == "xabef"
    hands.type("/alt 1 1")
    assert hands.bench.text == "xac"
    assert hands.bench.node.kind == "chosen"
    hands.type("/max 2")
    hands.type("")
    assert hands.bench.text == "xacef"
    hands.type("/goto 2")
    assert hands.error("/alt 9 0").text == "the node has 4 tokens, none is 9"
    assert "no alternative 99 is known for token 1" in hands.error("/alt 1 99").text


def test_alt_knows_what_the_model_itself_thinks_of_a_token_that_only_the_chain_likes(
    open_bench, model
):
    name = model("liked", [{"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}], after="x")
    biases = {ord("c"): 5, ord("d"): 5}
    hands = open_bench(model=name, chain=f"logit_bias({biases})|greedy", max_tokens=1)
    hands.type("/set alternatives 2")
    hands.type("x")
    assert hands.bench.text == "xc"
    hands.type("/alt 0 1")
    assert hands.bench.text == "xd"
    (token,) = hands.bench.node.tokens
    assert math.exp(token.raw_logprob) == pytest.approx(0.1, abs=1e-3)
    assert math.exp(token.logprob) == pytest.approx(0.328, abs=1e-3)


def test_a_deleted_node_is_hidden_with_all_below_it_and_undo_brings_it_back(hands, open_bench):
    hands.type("Once")
    hands.type("/type  And more.")
    told = hands.type("/delete 2")
    assert told == "-- node 2 and 1 below it is hidden; /undo brings it back"
    assert hands.bench.text == "Once"
    assert texts(hands.table("/tree")) == ["Once"]
    assert "is deleted" in hands.error("/goto 3").text

    def later():
        return texts(open_bench(resume="last").table("/tree"))

    assert later() == ["Once"]
    hands.type("/undo")
    assert hands.bench.text.endswith("And more.")
    assert later() == ["Once", " upon a time.", " And more."]
    hands.type("/redo")
    assert later() == ["Once"]


def test_the_empty_text_cannot_be_deleted(hands):
    assert hands.error("/delete").text == "the empty text is no node"
