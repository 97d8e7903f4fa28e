"""Two front ends on one session see each other's nodes at the next prompt, and neither moves the other."""

from __future__ import annotations

import pytest

from playground.session.recording import Place, Recorder
from playground.session.store import History, history_file
from tests.history.made_events import Events


@pytest.fixture
def two(open_bench, model):
    """Two front ends that have opened the same session, which has nodes 1 and 2."""
    chosen = {"model": model("tale", " upon a time.", after="Once"), "chain": "greedy", "seed": 1}
    first = open_bench(**chosen)
    first.type("Once")
    second = open_bench(resume="last", **chosen)
    for hands in (first, second):
        hands.bench.watched()
    return first, second


def told(hands):
    return [note.text for note in hands.bench.watched()]


def test_nodes_of_another_front_end_come_with_the_next_prompt_and_are_told_in_a_line(two):
    first, second = two
    before = first.bench.tree.cursor
    second.type("/goto 1")
    second.type("/retry")
    second.type("/type more")
    assert told(first) == ["another front end added nodes 3 to 4; /tree shows the session"]
    assert told(first) == []
    assert first.bench.tree.cursor == before
    assert first.bench.tree.text(first.bench.find("4").id) == second.bench.text
    assert [(n.id, n.text, len(n.tokens)) for n in first.bench.tree] == [
        (n.id, n.text, len(n.tokens)) for n in second.bench.tree
    ]


def test_what_is_added_here_is_no_news_here(two):
    first, second = two
    first.type("/type a")
    assert told(first) == []
    assert told(second) == ["another front end added node 3; /tree shows the session"]


def test_undo_goes_back_where_this_front_end_was_whatever_the_other_did(two, open_bench):
    first, second = two
    first.type("/goto 1")
    second.type("/type elsewhere")
    told(first)
    first.type("/undo")
    assert first.bench.tree.cursor == first.bench.find("2").id
    # Who opens the session next goes on where somebody was last.
    assert open_bench(resume="last").bench.tree.cursor == first.bench.tree.cursor


def test_a_name_that_was_given_elsewhere_is_taken_here(two):
    first, second = two
    second.type("/name good 1")
    second.type("/pin 1")
    error = first.outputs("/name good 2")[-1]
    assert "there is a node 'good' already" in error.text
    assert first.bench.tree[first.bench.find("good").id].pinned
    assert first.bench.keeper.saved


def test_what_is_being_generated_elsewhere_comes_when_it_has_ended(two):
    first, second = two
    events = Events()
    with History(history_file()) as history:
        place = Place(history, first.bench.keeper.session)
        recorder = Recorder(place, events.request(place.text))
        recorder.take(events.started())
        recorder.take(events.token(0, " and"))
        recorder.flush()
        second.type("/type beside")
        assert told(first) == ["another front end added node 3; /tree shows the session"]
        for event in (events.token(1, " then"), events.finished(" and then")):
            recorder.take(event)
        recorder.close()
        assert told(first) == ["another front end added node 4; /tree shows the session"]
    assert first.bench.tree[first.bench.find("4").id].text == " and then"


def test_what_ran_elsewhere_when_the_session_was_opened_is_whole_when_it_has_ended(two, open_bench):
    first, _ = two
    events = Events()
    with History(history_file()) as history:
        place = Place(history, first.bench.keeper.session)
        recorder = Recorder(place, events.request(place.text))
        for event in (events.started(), events.token(0, " and")):
            recorder.take(event)
        recorder.flush()
        third = open_bench(resume="last")
        assert third.bench.node.ended == "running"
        recorder.take(events.token(1, " then"))
        recorder.take(events.finished(" and then"))
        recorder.close()
        assert told(third) == []
    assert third.bench.node.text == " and then"
    assert len(third.bench.node.tokens) == 2


def test_moves_can_be_undone_and_redone_after_reopening(open_bench, model):
    hands = open_bench(model=model("tale", " upon a time.", after="Once"), chain="greedy", seed=1)
    hands.type("Once")
    hands.type("/goto 1")
    hands.type("/retry")
    hands.type("/undo")
    hands.type("/undo")
    hands.bench.close()
    again = open_bench(resume="last")
    assert again.bench.number(again.bench.tree.cursor) == 2
    places = []
    for line in ("/redo", "/redo", "/undo", "/undo", "/undo", "/undo"):
        again.type(line)
        places.append(again.bench.number(again.bench.tree.cursor))
    assert places == [1, 3, 1, 2, 1, 0]
    assert "nothing to undo" in again.error("/undo").text
