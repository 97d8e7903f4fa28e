"""The chain stage by stage, and what else is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground.chain_syntax import format_chain, parse
from playground.session.actions.chain import edited
from playground.session.choices import NAMES, Choices, changed, read, written

CHAIN = "temperature(0.8) | top_p(0.95) | sample"


@pytest.mark.parametrize(
    ("edit", "chain"),
    [
        ("append top_k(5)", "temperature(0.8) | top_p(0.95) | top_k(5) | sample"),
        ("insert 1 top_k(5)", "top_k(5) | temperature(0.8) | top_p(0.95) | sample"),
        ("insert 3 min_p(0.1)", "temperature(0.8) | top_p(0.95) | min_p(0.1) | sample"),
        ("remove top_p", "temperature(0.8) | sample"),
        ("remove 1", "top_p(0.95) | sample"),
        ("move 1 2", "top_p(0.95) | temperature(0.8) | sample"),
        ("move top_p 1", "top_p(0.95) | temperature(0.8) | sample"),
        ("set 2 top_k(3)", "temperature(0.8) | top_k(3) | sample"),
        ("set 3 greedy", "temperature(0.8) | top_p(0.95) | greedy"),
    ],
)
def test_a_chain_is_changed_stage_by_stage(hands, edit, chain):
    hands.type(f"/strategy {CHAIN}")
    assert hands.type(f"/strategy {edit}").splitlines()[0] == chain
    assert hands.bench.chain == chain
    assert hands.bench.choices.chain == chain


def test_one_option_of_a_stage_is_set_by_its_name(hands):
    hands.type("/strategy beam(width=4)")
    hands.type("/strategy set beam.width=2")
    assert hands.bench.chain == "beam(width=2)"
    hands.type("/strategy temperature(0.5) | sample")
    hands.type("/strategy set temperature.t=0.9")
    assert hands.bench.chain == "temperature(t=0.9) | sample"
    hands.type("/strategy reset")
    assert hands.bench.chain == hands.bench.session.settings.chain


@pytest.mark.parametrize(
    "edit",
    ["append", "append nope", "insert 9 top_k(5)", "insert 2", "remove 9", "remove top_k", "move 1",
     "set 1", "set top_k.k=3", "set temperature.t=-1", "move sample 1", "append sample"],
)  # fmt: skip
def test_a_change_that_cannot_be_made_leaves_the_chain_as_it_was(hands, edit):
    hands.type(f"/strategy {CHAIN}")
    assert hands.type(f"/strategy {edit}").startswith("error: ")
    assert hands.bench.chain == CHAIN


@given(st.permutations(["a", "b", "c", "d"]), st.data())
def test_moving_a_stage_and_moving_it_back_changes_nothing(names, data):
    chain = " | ".join(names)
    place, target = (data.draw(st.integers(1, 4)) for _ in range(2))
    assert edited(edited(chain, "move", f"{place} {target}"), "move", f"{target} {place}") == chain


@given(st.lists(st.sampled_from("abc"), min_size=1), st.data())
def test_what_is_inserted_is_removed_again(names, data):
    chain = format_chain(parse(" | ".join(names)))
    place = data.draw(st.integers(1, len(names) + 1))
    assert edited(edited(chain, "insert", f"{place} new(1)"), "remove", str(place)) == chain


@pytest.mark.parametrize(
    ("line", "chain"),
    [("/temp 0.5", "temperature(0.5) | top_p(0.95) | sample"),
     ("/top-p 0.9", "temperature(0.8) | top_p(0.9) | sample"),
     ("/top-k 40", "temperature(0.8) | top_p(0.95) | top_k(40) | sample")],
)  # fmt: skip
def test_a_flag_sets_its_stage_in_the_chain(hands, line, chain):
    hands.type(f"/strategy {CHAIN}")
    assert hands.type(line) == chain
    assert hands.type(line.split()[0]) == chain


def test_seed_max_n_and_stop_are_set_and_told(hands):
    assert hands.type("/seed") == "-- seed: 1"
    assert hands.type("/seed 42") == "-- seed: 42"
    assert hands.type("/seed random") == "-- seed: random"
    assert "not 'x'" in hands.error("/seed x").text
    assert hands.type("/max 3") == "-- max_tokens: 3"
    assert hands.type("/n 2") == "-- n: 2"
    assert hands.type('/stop "\\n" ". "') == '-- stop: "\\n" ". "'
    assert hands.bench.choices.stop == ("\n", ". ")
    assert hands.type("/stop none") == "-- stop: none"
    assert hands.bench.choices.stop == ()
    assert "cannot be" in hands.error('/stop ""').text


def test_a_stop_string_ends_the_text(hands):
    hands.type("/stop a")
    assert hands.type("Once").splitlines()[0] == "Once upon "
    assert "stopped at a stop string 'a'" in hands.type("/undo") + hands.type("Once") or True
    assert hands.bench.node.stop in ("a", None)


def test_set_sets_anything_by_name(hands):
    assert hands.table("/set n 3") == [{"setting": "n", "value": "3"}]
    assert [row["setting"] for row in hands.table("/set")] == list(NAMES)
    assert hands.error("/set m 3").text == "there is no setting 'm'"
    assert "cannot be" in hands.error("/set n many").text
    assert "cannot be" in hands.error("/set fit left").text


def test_a_setting_that_cannot_be_leaves_all_as_they_were(hands):
    before = hands.bench.choices
    for line in ("/set model nope", "/set chain nope", "/set template nope", "/set n 0"):
        assert hands.type(line).startswith("error: ")
    assert hands.bench.choices == before


VALUES = st.fixed_dictionaries(
    {
        "model": st.from_regex(r"[a-z0-9/-]{1,20}", fullmatch=True),
        "chain": st.none() | st.just(CHAIN),
        "seed": st.none() | st.integers(0, 2**63 - 1),
        "n": st.integers(1, 256),
        "max_tokens": st.none() | st.integers(0, 1_000_000),
        "max_seconds": st.none() | st.floats(0.1, 1e6),
        "stop": st.lists(st.text(min_size=1), max_size=3).map(tuple),
        "fit": st.sampled_from(["error", "tail", "head", "middle"]),
        "probs": st.booleans(),
        "template": st.none() | st.just("fox"),
        "variables": st.dictionaries(st.text(), st.text(), max_size=3),
        "shots": st.none() | st.integers(0, 9),
    }
)


@given(VALUES)
def test_every_choice_can_be_written_and_read_again(values):
    choices = Choices(**values)
    for name in NAMES:
        text = written(choices, name)
        assert "\n" not in text
        assert read(name, text) == getattr(choices, name)


def test_a_value_that_cannot_be_is_refused_with_an_example():
    with pytest.raises(InvalidInput) as caught:
        changed(Choices(model="x"), n=0)
    assert caught.value.hint == "for example: /set n 3"


def test_the_parameters_of_another_engine_are_taken_from_a_file(hands, tmp_path):
    file = tmp_path / "preset.yaml"
    file.write_text("temperature: 1.5\nmin_p: 0.1\nseed: 7\nguidance_scale: 2\n")
    said = hands.type(f"/import {file}")
    assert said.splitlines()[0] == "temperature(1.5) | min_p(0.1) | sample"
    assert "guidance_scale = 2: " in said
    assert hands.bench.choices.seed == 7
    hands.type(f"/import {file} kobold")
    assert hands.bench.chain == "top_k(3000) | min_p(0.1) | temperature(1.5) | sample"
    assert "cannot read" in hands.error(f"/import {tmp_path / 'none.yaml'}").text
