"""Answers what can be asked of a loaded model: which function answers which question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from playground.api.model import LanguageModel
from playground.engine.labels import classify
from playground.engine.lint import lint
from playground.engine.predictions import expectations, next_tokens
from playground.engine.prompt import left_out, prompt_ids
from playground.engine.scoring import score
from playground.protocol.questions import (
    ClassifyPrompt,
    Expectations,
    LeftOut,
    LintPrompt,
    NextTokens,
    Question,
    ScoreText,
)

A = TypeVar("A")

ANSWERS: dict[type[Question[Any]], Callable[[LanguageModel, Any], Any]] = {
    ScoreText: lambda model, asked: score(model, model.tokenizer.encode(asked.text)),
    NextTokens: lambda model, asked: next_tokens(model, prompt_ids(model, asked.text), asked.count),
    Expectations: lambda model, asked: expectations(model, prompt_ids(model, asked.text)),
    ClassifyPrompt: lambda model, asked: classify(model, asked.prompt, asked.content_free),
    LintPrompt: lambda model, asked: lint(
        asked.prompt,
        tokenizer=model.tokenizer,
        context_length=model.context_length,
        max_tokens=asked.max_tokens,
    ),
    LeftOut: lambda model, asked: left_out(model.tokenizer, asked.text),
}


def answer(model: LanguageModel, question: Question[A]) -> A:
    """What `model` answers. Raises PlaygroundError where the question cannot be meant of it."""
    found: A = ANSWERS[type(question)](model, question)
    return found
