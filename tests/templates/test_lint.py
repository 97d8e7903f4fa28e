"""What is said of a prompt before generating."""

from __future__ import annotations

from types import SimpleNamespace

from playground.api import Prompt
from playground.engine.lint import lint

CHARACTERS = SimpleNamespace(encode=list, start_ids=(1,))


def codes(prompt: Prompt, *, context_length: int | None = None, max_tokens: int = 0) -> list[str]:
    found = lint(prompt, tokenizer=CHARACTERS, context_length=context_length, max_tokens=max_tokens)
    return [warning.code for warning in found]


def test_a_good_prompt_gets_no_warning():
    prompt = Prompt(text="A:", shots=2, stop=("#",), labels={"a": "x", "b": "y"})
    assert codes(prompt, context_length=100, max_tokens=50) == []


def test_a_trailing_space_or_tab_is_said_and_a_newline_is_not():
    assert codes(Prompt(text="A: ")) == ["trailing-space"]
    assert codes(Prompt(text="A:\t")) == ["trailing-space"]
    assert codes(Prompt(text="A:\n")) == []


def test_what_does_not_fit_the_context_is_said_with_the_numbers():
    prompt = Prompt(text="x" * 9)  # and one start token
    say = [
        warning.message
        for length, tokens in ((20, 10), (20, 11), (10, 0), (9, 0), (None, 10**9))
        for warning in lint(prompt, tokenizer=CHARACTERS, context_length=length, max_tokens=tokens)
    ]
    assert say == [
        "the prompt has 10 tokens of the context's 20: 10 of the 11 tokens asked for can follow",
        "the prompt has 10 tokens, 1 more than the context of 9",
    ]


def test_examples_without_a_stop_string_are_said():
    assert codes(Prompt(text="A:", shots=1)) == ["no-stop"]
    assert codes(Prompt(text="A:", shots=0)) == []


def test_labels_of_several_tokens_are_said_by_name():
    prompt = Prompt(text="A:", labels={"yes": " yes", "no": "n"}, after=" or so")
    (warning,) = lint(prompt, tokenizer=CHARACTERS, context_length=None, max_tokens=0)
    assert (warning.code, "(yes 4)" in warning.message) == ("multi-token-labels", True)


def test_gpt2_labels_with_a_leading_space_are_one_token(gpt2_encode):
    tokenizer = SimpleNamespace(encode=gpt2_encode, start_ids=())
    prompt = Prompt(text="Sentiment:", labels={"n": " Negative", "p": " Positive"})
    assert lint(prompt, tokenizer=tokenizer, context_length=1024, max_tokens=5) == []
