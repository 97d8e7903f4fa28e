"""Answers what can be asked of a loaded model: which function answers which question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from playground.api.model import LanguageModel
from playground.engine.chain import build_chain
from playground.engine.labels import classify, label
from playground.engine.lint import lint
from playground.engine.masked import check_continues, check_fills, fill
from playground.engine.predictions import expectations, next_tokens
from playground.engine.prompt import left_out, prompt_ids
from playground.engine.scoring import score
from playground.engine.trace import trace
from playground.plugins import Plugins
from playground.protocol.questions import (
    ClassifyPrompt,
    Expectations,
    FillMasks,
    LabelText,
    LeftOut,
    LintPrompt,
    NextTokens,
    Question,
    ScoreText,
    TraceToken,
)

A = TypeVar("A")

ANSWERS: dict[type[Question[Any]], Callable[[LanguageModel, Any, Plugins], Any]] = {
    ScoreText: lambda model, asked, _: score(model, model.tokenizer.encode(asked.text)),
    NextTokens: lambda model, asked, _: next_tokens(
        model, prompt_ids(model, asked.text), asked.count
    ),
    Expectations: lambda model, asked, _: expectations(model, prompt_ids(model, asked.text)),
    FillMasks: lambda model, asked, _: fill(
        check_fills(model, asked.model), asked.text, asked.count
    ),
    ClassifyPrompt: lambda model, asked, _: classify(model, asked.prompt, asked.content_free),
    LabelText: lambda model, asked, _: label(model, asked.text),
    LintPrompt: lambda model, asked, _: lint(
        asked.prompt,
        tokenizer=model.tokenizer,
        context_length=model.context_length,
        max_tokens=asked.max_tokens,
    ),
    LeftOut: lambda model, asked, _: left_out(model.tokenizer, asked.text),
    TraceToken: lambda model, asked, plugins: trace(
        model, build_chain(asked.chain, plugins), asked
    ),
}


OF_ANY_MODEL = (FillMasks, LintPrompt, LeftOut)
"""What need not be asked of a model that continues text."""


def answer(model: LanguageModel, question: Question[A], plugins: Plugins) -> A:
    """What `model` answers. Raises PlaygroundError where the question cannot be meant of it."""
    if not isinstance(question, OF_ANY_MODEL):
        check_continues(model, question.model)
    found: A = ANSWERS[type(question)](model, question, plugins)
    return found
