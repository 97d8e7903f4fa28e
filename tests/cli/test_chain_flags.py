"""`--temperature`, `--top-k` and `--top-p` set a stage of whatever chain was chosen."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import chain_syntax
from playground.api import InvalidInput
from playground.plugins import load_plugins
from playground.session.chain_flags import with_flags

PLUGINS = load_plugins()
STAGES = SimpleNamespace(processors=PLUGINS.processors, strategies=PLUGINS.strategies)


def merged(chain: str, **flags: object) -> str:
    return with_flags(chain, flags, **vars(STAGES))


def test_a_stage_that_the_chain_has_keeps_its_place():
    chain = "temperature(0.8) | top_k(40) | top_p(0.95) | sample"
    assert merged(chain, top_k=5) == "temperature(0.8) | top_k(5) | top_p(0.95) | sample"


def test_a_stage_that_the_chain_has_not_is_put_before_the_strategy():
    assert merged("top_p(0.9) | sample", top_k=5) == "top_p(0.9) | top_k(5) | sample"


def test_a_chain_without_a_strategy_gets_it_at_its_end():
    assert merged("top_p(0.9)", top_k=5) == "top_p(0.9) | top_k(5)"


def test_several_flags_are_inserted_in_their_own_order():
    assert merged("sample", temperature=2.0, top_p=0.5) == "temperature(2.0) | top_p(0.5) | sample"


def test_an_option_that_was_written_by_name_is_replaced():
    assert merged("top_k(k=40) | sample", top_k=5) == "top_k(5) | sample"


def test_a_flag_that_was_not_given_leaves_the_chain_as_it_was_written():
    assert merged("sample   |odd", temperature=None) == "sample   |odd"


def test_a_value_for_a_stage_that_stands_twice_is_refused():
    with pytest.raises(InvalidInput, match="temperature 2 times"):
        merged("temperature(2) | top_k(5) | temperature(1) | sample", temperature=0.5)


def test_a_malformed_chain_is_told_with_its_place():
    with pytest.raises(InvalidInput, match="column"):
        merged("temperature(0.8 | sample", temperature=0.5)


@given(
    st.permutations(["temperature(0.8)", "top_k(40)", "top_p(0.9)", "min_p(0.1)"]), st.floats(0, 9)
)
def test_setting_a_stage_twice_is_setting_it_once(stages, value):
    chain = " | ".join([*stages, "sample"])
    once = merged(chain, temperature=value)
    assert merged(once, temperature=value) == once
    assert [s.name for s in chain_syntax.parse(once)] == [s.name for s in chain_syntax.parse(chain)]
