"""Stop strings cross token borders, and no part of one is ever let out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.engine.stopping import HoldBack

pieces = st.lists(st.text("ab#", max_size=3), max_size=12)
stops = st.lists(st.text("ab#", min_size=1, max_size=4), min_size=1, max_size=3)


def let_out(stops: list[str], pieces: list[str]) -> tuple[list[tuple[int, str]], str | None]:
    hold: HoldBack[int] = HoldBack(stops)
    out: list[tuple[int, str]] = []
    for index, piece in enumerate(pieces):
        out += hold.push(index, piece)
        if hold.stop is not None:
            return out, hold.stop
    return out + hold.flush(), None


@given(stops, pieces)
def test_the_text_ends_where_the_first_stop_string_begins(stops, pieces):
    out, stop = let_out(stops, pieces)
    text, whole = "".join(text for _, text in out), "".join(pieces)
    places = [whole.find(s) for s in stops if s in whole]
    if not places:
        assert (text, stop) == (whole, None)
        return
    # A stop that is complete ends the text although another, not yet complete, began before it.
    assert stop in stops
    assert whole.startswith(text + stop)
    assert not any(s in text for s in stops)


@given(stops, pieces)
def test_what_is_let_out_on_the_way_is_never_taken_back(stops, pieces):
    hold: HoldBack[int] = HoldBack(stops)
    out = ""
    for index, piece in enumerate(pieces):
        out += "".join(text for _, text in hold.push(index, piece))
        if hold.stop is not None:
            break
    final = "".join(text for _, text in let_out(stops, pieces)[0])
    assert final.startswith(out)


@given(stops, pieces)
def test_items_come_once_and_in_order(stops, pieces):
    out, _ = let_out(stops, pieces)
    indices = [index for index, _ in out]
    assert indices == list(range(len(indices)))


def test_a_stop_string_over_three_tokens_lets_out_only_what_stands_before_it():
    out, stop = let_out(["\n###\n"], ["Yes", ".\n", "##", "#\nNo"])
    assert out == [(0, "Yes"), (1, ".")]
    assert stop == "\n###\n"


def test_what_looked_like_a_stop_string_comes_when_it_turns_out_not_to_be_one():
    hold: HoldBack[str] = HoldBack(["###"])
    assert hold.push("a", "##") == []
    assert hold.push("b", "!") == [("a", "##"), ("b", "!")]


def test_without_stop_strings_nothing_is_held():
    hold: HoldBack[str] = HoldBack([])
    assert hold.push("a", "#") == [("a", "#")]
    assert hold.flush() == []
