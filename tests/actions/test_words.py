"""Words and lines: what is typed means what is documented, and can be written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput, UnknownName
from playground.session.actions.line import Called, Typed, is_open, literal, parse, typed_text
from playground.session.actions.table import BUILT_IN
from playground.session.actions.words import quoted, split, take_word


def test_words_are_separated_by_spaces_and_may_be_quoted():
    assert split(r'one "two three" fo"ur fi"ve') == ["one", "two three", "four five"]
    assert split(r"'a \n' " + r'"a\n\t\\\""') == [r"a \n", 'a\n\t\\"']


def test_what_follows_a_word_stands_as_it_is():
    assert take_word('name  a "rest" of  it ') == ("name", 'a "rest" of  it ')


@pytest.mark.parametrize("text", ['"open', "'open", r'"\q"'])
def test_a_quote_that_is_open_and_an_escape_that_means_nothing_are_errors(text):
    with pytest.raises(InvalidInput):
        split(text)


@given(st.lists(st.text()))
def test_words_can_be_written_again(words):
    assert split(" ".join(map(quoted, words))) == words


def test_a_line_that_begins_with_a_slash_is_a_command_and_any_other_a_text():
    assert parse("To be", BUILT_IN) == Typed("To be")
    assert parse("  /goto 3", BUILT_IN) == Typed("  /goto 3")
    called = parse("/goto 3", BUILT_IN)
    assert isinstance(called, Called)
    assert (called.action.name, called.arguments) == ("goto", {"node": "3"})


def test_a_doubled_slash_and_at_sign_are_literal():
    assert parse("//goto 3", BUILT_IN) == Typed("/goto 3")
    assert parse("@@home", BUILT_IN) == Typed("@home")


def test_an_at_sign_inserts_a_file_as_it_is(tmp_path):
    (tmp_path / "poem.txt").write_bytes(b"a\r\nb\n")
    assert parse(f"@{tmp_path}/poem.txt", BUILT_IN) == Typed("a\r\nb\n")
    with pytest.raises(InvalidInput, match="cannot read"):
        parse("@nothing.txt", BUILT_IN)
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    with pytest.raises(InvalidInput, match="not UTF-8 at byte 3"):
        parse(f"@{tmp_path}/latin", BUILT_IN)


def test_fences_hold_several_lines():
    assert parse('"""\n/quit\n  "x"\n"""', BUILT_IN) == Typed('/quit\n  "x"')
    assert is_open('"""a\nb')
    assert not is_open('"""a\nb"""')
    assert not is_open("a")


@given(st.text(min_size=1))
def test_every_text_can_be_typed(text):
    line = literal(text)
    assert typed_text(line) == text
    assert parse(line, BUILT_IN) == Typed(text)
    assert not is_open(line)


def test_the_beginning_of_a_name_is_enough_where_only_one_begins_so():
    assert parse("/got 3", BUILT_IN).action.name == "goto"
    assert parse("/model", BUILT_IN).action.name == "model"
    with pytest.raises(InvalidInput, match="/mod may be /model or /models"):
        parse("/mod", BUILT_IN)


def test_a_typo_is_answered_with_what_may_be_meant():
    with pytest.raises(UnknownName) as caught:
        parse("/strateg1", BUILT_IN)
    assert caught.value.hint.startswith("did you mean /strategy or /stats?")
    assert "//strateg1" in caught.value.hint


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/goto", "/goto needs node"),
        ("/undo now", "/undo does not take 'now'"),
        ("/why x", "token must be a whole number at least 0, not 'x'"),
        ("/why -1", "token must be a whole number at least 0, not '-1'"),
        ("/n 0", "value must be a whole number at least 1 and at most 256, not '0'"),
        ("/temp hot", "value must be a number at least 0, not 'hot'"),
        ("/probs maybe", "state must be on or off, not 'maybe'"),
        ('/name "open', 'a " is not closed'),
    ],
)
def test_what_an_action_does_not_take_is_an_error_that_says_what_it_takes(line, message):
    with pytest.raises(InvalidInput) as caught:
        parse(line, BUILT_IN)
    assert message in caught.value.message
    assert caught.value.hint
