"""Sessions found again, exported, named; and what happens when the history cannot be used."""

from __future__ import annotations

import json

import pytest

from playground.api.outputs import CopyText


def test_a_named_session_is_loaded_by_its_name(hands):
    assert hands.error("/save").hint == "type a text"
    hands.type("Once")
    assert hands.type("/save my tale") == "-- saved as my tale; /load my tale goes on with it"
    hands.type("/new")
    assert hands.bench.text == ""
    hands.type("/type Another")
    hands.type("/load my tale")
    assert hands.bench.text == "Once upon a time."
    assert hands.error("/load my tail").hint == "did you mean my tale?"


def test_words_are_found_in_all_sessions(hands):
    hands.type("Once")
    hands.type("/new")
    hands.type("/type nothing else")
    assert [row["text"] for row in hands.table("/search upon")] == [" upon a time."]
    assert hands.type("/search elephants") == "-- nothing was found"


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("form", ["md", "json", "jsonl", "html", "csv"])
def test_a_session_is_written_as_a_file_with_or_without_a_history(
    open_bench, model, tmp_path, form, keep
):
    hands = open_bench(
        keep=keep, model=model("tale", " upon a time.", after="Once"), chain="greedy"
    )
    assert hands.type(f"/export {tmp_path}/x.{form}").startswith("error: ")
    hands.type("Once")
    assert hands.type(f"/export {tmp_path}/tale.{form}") == f"-- written: {tmp_path}/tale.{form}"
    text = (tmp_path / f"tale.{form}").read_text()
    assert "upon" in text or form in ("csv", "html")
    if form == "json":
        assert [node["text"] for node in json.loads(text)["nodes"]] == ["Once", " upon a time."]
    assert "File exists" in hands.error(f"/export {tmp_path}/tale.{form}").text
    assert hands.type(f"/export {tmp_path}/tale.x {form}") == f"-- written: {tmp_path}/tale.x"
    assert "does not say its form" in hands.error(f"/export {tmp_path}/tale.y").text


def test_copy_gives_the_front_end_the_text(hands):
    hands.type("Once")
    assert hands.outputs("/copy")[0] == CopyText("Once upon a time.")


def test_a_history_that_cannot_be_written_is_told_once_and_saved_later(hands, home):
    data = home / "data" / "history.sqlite3"
    data.mkdir()
    shown = hands.type("Once")
    assert shown.count("not saved") == 1
    assert "not saved" not in hands.type("/retry")
    assert hands.bench.text == "Once upon a time."
    assert "cannot be used" in hands.error("/save").text
    data.rmdir()
    hands.type("/save rescued")
    assert "not saved" not in hands.type("/retry")
    nodes = len(hands.bench.tree)
    hands.type("/new")
    hands.type("/load rescued")
    assert len(hands.bench.tree) == nodes == 4
    assert hands.bench.text == "Once upon a time."


def test_a_generation_is_in_the_history_with_what_it_takes_to_repeat_it(hands):
    hands.type("/t none")
    hands.type("Once")
    node = hands.bench.node
    run = hands.bench.keeper.history.run(node.run)
    assert (run.model, run.chain, run.seed) == ("tale", "greedy", 1)
    assert hands.bench.keeper.history.tree(hands.bench.keeper.session)[node.id].text == node.text


def test_moves_and_marks_are_kept(hands):
    hands.type("Once")
    hands.type("/name ending")
    hands.type("/pin")
    hands.type("/goto 1")
    tree = hands.bench.keeper.history.tree(hands.bench.keeper.session)
    assert tree.cursor == hands.bench.tree.cursor
    assert [(node.name, node.pinned) for node in tree] == [(None, False), ("ending", True)]
    hands.type("/undo")
    tree = hands.bench.keeper.history.tree(hands.bench.keeper.session)
    assert tree.cursor == hands.bench.tree.cursor
