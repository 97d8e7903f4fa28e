"""The models for tests obey the laws that they are there to check, and so do the built-in stages."""

from __future__ import annotations

import pytest

from playground.api import InvalidInput, LanguageModel, Tokenizer
from playground.plugins import load_plugins
from playground.testing import (
    ByteTokenizer,
    CharTokenizer,
    ModelContract,
    ProcessorContract,
    ScriptedModel,
    StrategyContract,
    TokenizerContract,
    ToyRecurrent,
)
from playground.testing.check import by_default
from playground.testing.laws import verdicts

BUILT_IN = load_plugins()


class TestToyRecurrent(ModelContract):
    def model(self) -> LanguageModel:
        return ToyRecurrent()


class TestScriptedModel(ModelContract):
    def model(self) -> LanguageModel:
        return ScriptedModel("the cat sat.", context_length=30)


class TestByteTokenizer(TokenizerContract):
    texts = ("", "naïve", "日本", "a\x00\n")

    def tokenizer(self) -> Tokenizer:
        return ByteTokenizer()


class TestCharTokenizer(TokenizerContract):
    texts = ("", "abäc")

    def tokenizer(self) -> Tokenizer:
        return CharTokenizer("abcä")


@pytest.mark.parametrize("name", BUILT_IN.processors)
def test_a_built_in_processor_obeys_the_laws(name):
    cls = _can_be_built(BUILT_IN.processors[name])
    _all_held(verdicts(name, ProcessorContract, processor=lambda: by_default(cls)))


@pytest.mark.parametrize("name", BUILT_IN.strategies)
def test_a_built_in_strategy_obeys_the_laws(name):
    if name == "enumerate":
        pytest.skip("no text of so many tokens is as likely as it wants: its own tests build one")
    cls = _can_be_built(BUILT_IN.strategies[name])
    _all_held(verdicts(name, StrategyContract, strategy=lambda: by_default(cls)))


def _can_be_built(cls):
    try:
        by_default(cls)
    except InvalidInput as error:
        pytest.skip(f"{error.message}: its own tests build one")
    return cls


def _all_held(found):
    results = list(found)
    assert len(results) > 4
    assert [verdict for verdict in results if verdict.result != "held"] == []
