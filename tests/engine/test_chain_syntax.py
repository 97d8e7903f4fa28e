"""A chain is text that reads back, and an error points at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import chain_syntax
from playground.api import InvalidInput

names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda name: name.isidentifier() and not __import__("keyword").iskeyword(name)
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = (
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.integers(), scalars, max_size=3)
)
stages = st.builds(
    lambda name, arguments, options: chain_syntax.Stage(name, tuple(arguments), options),
    names,
    st.lists(values, max_size=2),
    st.dictionaries(names, values, max_size=2),
)


@given(st.lists(stages, min_size=1, max_size=4))
def test_what_is_formatted_parses_to_the_same_stages(chain):
    parsed = chain_syntax.parse(chain_syntax.format_chain(chain))
    assert [(s.name, s.arguments, s.options) for s in parsed] == [
        (s.name, s.arguments, s.options) for s in chain
    ]


@given(st.text(max_size=40))
def test_any_text_is_a_chain_or_an_error_for_the_user(text):
    try:
        assert chain_syntax.parse(text)
    except InvalidInput as error:
        assert error.message


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("top_k(50) |", 12),
        ("top_k(50) | | sample", 13),
        ("top_k(50) | 7", 13),
        ("top_k(x) | sample", 7),
        ("top_k(**{}) | sample", 7),
        ("é(1) | 3", 8),
    ],
)
def test_an_error_points_at_its_column(text, column):
    with pytest.raises(InvalidInput, match=f"column {column}:"):
        chain_syntax.parse(text)


def test_an_empty_chain_is_told_what_one_looks_like():
    with pytest.raises(InvalidInput, match="empty"):
        chain_syntax.parse("  ")


def test_json_spellings_of_constants_are_understood():
    (stage,) = chain_syntax.parse("beam(early_stopping=true, penalty=none, t=-inf)")
    assert stage.options == {"early_stopping": True, "penalty": None, "t": float("-inf")}
    (nested,) = chain_syntax.parse("x([true, none, -inf], {1: false})")
    assert nested.arguments == ([True, None, float("-inf")], {1: False})
