"""A template in the session: what is typed fills it, a text of its own each."""

from __future__ import annotations

import pytest


@pytest.fixture
def asking(hands, home):
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "ask.toml").write_text(
        "description = 'Questions'\nquery = 'About {{topic}}: {{input}}?'\nchain = 'greedy'\n"
        "max_tokens = 2\nstop = ['!']\nseparator = \"\\n\"\nlayout = 'Q {{q}}'\n"
        "shots = [{q = '1'}, {q = '2'}]\n[variables.topic]\nhelp = 'of what'\ndefault = 'rain'\n"
    )
    (folder / "fixed.toml").write_text("query = 'Once'\n")
    hands.type("/set chain none")
    return hands


def test_what_is_typed_fills_the_template(asking):
    shown = asking.type("/t ask")
    assert "topic     rain   of what" in shown
    assert "at most 2 tokens" in shown
    asking.type("why")
    assert asking.bench.text.startswith("Q 1\nQ 2\nAbout rain: why?")
    assert asking.bench.last.request.chain == "greedy"
    assert asking.bench.last.request.stop == ("!",)
    asking.type("how")
    assert asking.bench.text.startswith("Q 1\nQ 2\nAbout rain: how?")
    assert len(asking.bench.tree.children(None)) == 2


def test_an_empty_line_goes_on_with_the_text_of_a_template(asking):
    asking.type("/t ask")
    asking.type("why")
    asking.type("")
    assert len(asking.bench.tree.children(None)) == 1
    assert len(asking.bench.tree.path(asking.bench.tree.cursor)) == 3
    assert asking.bench.last.request.stop == ("!",)


def test_variables_and_shots_fill_the_rest(asking):
    asking.type("/t ask")
    asking.type("/p topic=snow and ice")
    asking.type("/shots 1")
    assert asking.type("/render why") == "Q 1\nAbout snow and ice: why?"
    asking.type("/shots all")
    assert asking.type("/render why") == "Q 1\nQ 2\nAbout snow and ice: why?"
    assert "has 2 shots" in asking.error("/shots 3").text
    assert "no variable 'color'" in asking.error("/p color=red").text
    assert "is not NAME=VALUE" in asking.error("/p topic").text


def test_a_template_without_input_is_filled_by_an_empty_line(asking):
    asking.type("/t fixed")
    assert asking.error("why").text == "template fixed takes no text"
    asking.type("")
    assert asking.bench.text == "Once upon a time."


def test_without_a_template_what_is_typed_is_added_again(asking):
    asking.type("/t ask")
    asking.type("/t none")
    assert asking.error("/p topic=x").hint == "/t NAME"
    asking.type("Once")
    assert asking.bench.text.startswith("Once")


def test_lint_tells_before_anything_is_generated(asking):
    assert "warning: " in asking.type("/lint Once ")
    assert asking.type("/lint Once") == "-- nothing is likely to go wrong"


def test_classify_labels_a_text(asking, home):
    (home / "config" / "prompts" / "mood.toml").write_text(
        "query = 'On{{input}}{{label}}'\n[labels]\ngood = 'e upon'\nbad = 'e never'\n"
    )
    asking.type("/t mood")
    assert [row["label"] for row in asking.table("/classify c")] == ["good", "bad"]
    assert len(asking.bench.tree) == 0
