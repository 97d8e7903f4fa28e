"""Runs the test cases that a template carries: what it renders to, and how many tokens that is.

It does not know where tokenizers come from; a count for one that is not here is skipped, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from playground.api import InvalidInput, PlaygroundError, Prompt, Template, Tokenizer
from playground.api.template import TemplateTest
from playground.session.render import render


class Outcome(msgspec.Struct, frozen=True):
    """What became of one expectation of one case (numbered from 1)."""

    case: int
    what: str
    result: Literal["passed", "failed", "skipped"]
    detail: str = ""


def run_tests(template: Template, tokenizer_of: Callable[[str], Tokenizer]) -> list[Outcome]:
    """An outcome for every expectation.

    `tokenizer_of` raises PlaygroundError for a model that is not here.
    """
    return [
        outcome
        for number, case in enumerate(template.tests, 1)
        for outcome in _run(template, number, case, tokenizer_of)
    ]


def _run(
    template: Template, number: int, case: TemplateTest, tokenizer_of: Callable[[str], Tokenizer]
) -> Iterator[Outcome]:
    try:
        prompt = render(template, case.variables, shots=case.shots)
    except InvalidInput as error:
        yield Outcome(number, "renders", "failed", error.message)
        return
    if case.prompt is None:
        yield Outcome(number, "renders", "passed")
    else:
        same = prompt.text == case.prompt
        detail = "" if same else f"expected {case.prompt!r}, got {prompt.text!r}"
        yield Outcome(number, "prompt", "passed" if same else "failed", detail)
    for model, count in case.tokens.items():
        yield _count_tokens(number, prompt, model, count, tokenizer_of)


def _count_tokens(
    number: int, prompt: Prompt, model: str, count: int, tokenizer_of: Callable[[str], Tokenizer]
) -> Outcome:
    what = f"{count} tokens ({model})"
    try:
        found = len(tokenizer_of(model).encode(prompt.text))
    except PlaygroundError as error:
        return Outcome(number, what, "skipped", error.message)
    if found == count:
        return Outcome(number, what, "passed")
    return Outcome(number, what, "failed", f"got {found}")
