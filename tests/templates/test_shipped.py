"""The templates that ship, by the tests they carry and by what is known of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from playground.api import ModelUnavailable
from playground.paths import shipped_prompts
from playground.registry import Registry
from playground.session.prompts import PromptLibrary
from playground.session.render import render
from playground.session.template_tests import run_tests

LIBRARY = PromptLibrary([shipped_prompts()], Registry("template"))
NAMES = {
    "cloze-sentiment",
    "fox",
    "joke",
    "joke-few-shot",
    "lyrics",
    "qa-few-shot",
    "sentiment-few-shot",
    "sentiment-one-shot",
    "sentiment-zero-shot",
    "story",
    "tldr",
    "translate-en-fr",
}
BAD = {"input": "This new music video was so bad."}


def test_the_classics_of_the_field_are_there():
    assert set(LIBRARY.entries()) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_passes_its_own_tests(name, gpt2_encode):
    outcomes = run_tests(LIBRARY.get(name), lambda model: SimpleNamespace(encode=gpt2_encode))

    assert outcomes
    assert {outcome.result for outcome in outcomes} == {"passed"}, outcomes


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_says_what_it_is_and_holds_characters_that_every_model_knows(name):
    template = LIBRARY.get(name)
    given = {name: "x" for name, v in template.accepts.items() if v.default is None}

    assert template.description
    assert render(template, given).text.isascii()


def test_few_shot_sentiment_is_54_tokens_of_gpt2(gpt2_encode):
    prompt = render(LIBRARY.get("sentiment-few-shot"), BAD)

    assert len(gpt2_encode(prompt.text)) == 54
    assert prompt.text.startswith("Sentiment Analysis\n")
    assert prompt.text.endswith("\n###\nText: This new music video was so bad.\nSentiment:")


def test_few_shot_with_fewer_shots_is_one_shot_and_zero_shot():
    few = LIBRARY.get("sentiment-few-shot")
    for count, other in ((1, "sentiment-one-shot"), (0, "sentiment-zero-shot")):
        assert render(few, BAD, shots=count).text == render(LIBRARY.get(other), BAD).text


def test_the_fox_jumps_high_in_the():
    assert render(LIBRARY.get("fox"), {}).text.endswith("jump high in the")


def test_a_failed_expectation_and_an_absent_tokenizer_are_told(write):
    template = LIBRARY.get(str(write("query = 'a b'\n[[tests]]\nprompt = 'a'\ntokens.gpt2 = 2")))

    def absent(model: str):
        raise ModelUnavailable(f"{model} is not here")

    told = [(o.what, o.result, o.detail) for o in run_tests(template, absent)]
    assert told == [
        ("prompt", "failed", "expected 'a', got 'a b'"),
        ("2 tokens (gpt2)", "skipped", "gpt2 is not here"),
    ]
    words = SimpleNamespace(encode=list)
    assert run_tests(template, lambda model: words)[1].detail == "got 3"
