"""What can be asked of a loaded model apart from a generation: plain values that travel as JSON.

Each class names what answers it, so that whoever asks gets the right type. How it is answered is unknown
here.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
from msgspec import Meta

from playground.api.request import MOST_TOKENS, Fit
from playground.api.results import (
    Classification,
    Expectation,
    Filling,
    LintWarning,
    Prediction,
    Score,
    TokenTrace,
)
from playground.api.template import Prompt
from playground.protocol.limits import MOST_CHARACTERS, MOST_PREDICTIONS, MOST_PROMPTS

A_co = TypeVar("A_co", covariant=True)
Text = Annotated[str, Meta(max_length=MOST_CHARACTERS)]


class ModelChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Which model, and how it is held; "auto" is the backend's choice."""

    model: str
    device: str = "auto"
    dtype: str = "auto"


class Question(ModelChoice, Generic[A_co], frozen=True, kw_only=True):
    """Something that a model answers with an `answer`."""

    path: ClassVar[str]
    """Where the session process answers it."""
    answer: ClassVar[Any]


class ScoreText(Question[Score], frozen=True, kw_only=True):
    """How well does the model predict `text`?"""

    path = "/score"
    answer = Score
    text: Text


class NextTokens(Question[list[Prediction]], frozen=True, kw_only=True):
    """Which `count` tokens are the likeliest after `text`?"""

    path = "/next"
    answer = list[Prediction]
    text: Text
    count: Annotated[int, Meta(ge=1, le=MOST_PREDICTIONS)]


class Expectations(Question[list[Expectation]], frozen=True, kw_only=True):
    """Which token is the likeliest at every position of `text`?"""

    path = "/expectations"
    answer = list[Expectation]
    text: Text


class FillMasks(Question[list[Filling]], frozen=True, kw_only=True):
    """Which `count` tokens are the likeliest for each mask of `text`?"""

    path = "/fill"
    answer = list[Filling]
    text: Text
    count: Annotated[int, Meta(ge=1, le=MOST_PREDICTIONS)]


class ClassifyPrompt(Question[Classification], frozen=True, kw_only=True):
    """Which of the prompt's labels is the likeliest, `content_free` prompts taken off?"""

    path = "/classify"
    answer = Classification
    prompt: Prompt
    content_free: Annotated[tuple[Prompt, ...], Meta(max_length=MOST_PROMPTS)] = ()


class LabelText(Question[Classification], frozen=True, kw_only=True):
    """Which label does the model's own head give to `text`?"""

    path = "/label"
    answer = Classification
    text: Text


class LintPrompt(Question[list[LintWarning]], frozen=True, kw_only=True):
    """What is likely to go wrong with `prompt` when `max_tokens` are to follow it?"""

    path = "/lint"
    answer = list[LintWarning]
    prompt: Prompt
    max_tokens: Annotated[int, Meta(ge=0)]


class LeftOut(Question[tuple[str, ...]], frozen=True, kw_only=True):
    """What does the model leave out of `text`, a line each?"""

    path = "/left-out"
    answer = tuple[str, ...]
    text: Text


class TraceToken(Question[TokenTrace], frozen=True, kw_only=True):
    """Why was `token` said after `prompt` and `tokens`, when `chain` decoded `sequence` with `seed`?"""

    path = "/trace"
    answer = TokenTrace
    prompt: Text
    tokens: Annotated[tuple[int, ...], Meta(max_length=MOST_TOKENS)]
    token: int
    chain: str
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    sequence: Annotated[int, Meta(ge=0)]
    max_tokens: Annotated[int, Meta(ge=0)]
    """What was asked for: a prompt that does not fit was cut with that in mind."""
    fit: Fit


QUESTIONS: tuple[type[Question[Any]], ...] = (
    ScoreText,
    NextTokens,
    Expectations,
    FillMasks,
    ClassifyPrompt,
    LabelText,
    LintPrompt,
    LeftOut,
    TraceToken,
)
