"""Names, aliases and what near names suggest."""

from __future__ import annotations

import pytest

from playground.api import PluginFailed, UnknownName
from playground.registry import Registry, did_you_mean


@pytest.fixture
def registry() -> Registry[str]:
    registry: Registry[str] = Registry("strategy")
    registry.add("sample", "S", "built in", aliases=("multinomial",))
    registry.add("greedy", "G", "mine")
    return registry


def test_a_name_and_its_aliases_find_the_same_thing(registry):
    assert registry["sample"] == registry["multinomial"] == "S"
    assert list(registry) == ["sample", "greedy"]
    assert registry.aliases("sample") == ("multinomial",)
    assert registry.owner("multinomial") == "built in"


def test_an_unknown_name_is_answered_with_a_near_one_or_with_all(registry):
    with pytest.raises(UnknownName) as caught:
        registry["gredy"]
    assert caught.value.hint == "did you mean greedy?"
    with pytest.raises(UnknownName) as caught:
        registry["xyz"]
    assert caught.value.hint == "there is: sample, greedy"


@pytest.mark.parametrize("name", ["sample", "multinomial"])
def test_a_name_taken_twice_names_both_owners(registry, name):
    with pytest.raises(PluginFailed, match="built in and theirs"):
        registry.add(name, "X", "theirs")


def test_get_answers_like_a_mapping_s(registry):
    assert registry.get("multinomial") == "S"
    assert registry.get("xyz") is None
    assert registry.get("xyz", "D") == "D"


def test_a_near_name_that_is_there_twice_is_offered_once():
    assert did_you_mean("hlep", ["help", "h", "help"]) == "did you mean help?"
