"""What one can look at a text with: panels that plugins bring, free of any front end.

A panel answers one question of a text, or of the token under the cursor, and gives outputs, which a front end
shows. It is named by its import path, so that a list of inspectors imports none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

import msgspec

from playground.api.outputs import Output
from playground.api.results import Prediction, Score


class Inspector(msgspec.Struct, frozen=True, kw_only=True):
    """A panel; `path` is `module:attribute` of a subclass of `Panel`, imported when it is first looked at."""

    name: str
    """As it is called on its tab and after `/inspect`: a word of small letters, digits and underscores."""
    summary: str
    path: str
    follows: Literal["text", "token"] = "text"
    """What it is about: it is asked again when that changes."""


class TextToken(msgspec.Struct, frozen=True):
    """A token of a text, and what it adds to the text; half of a character is U+FFFD."""

    id: int
    text: str


class Inspected(Protocol):
    """What is looked at. Whatever asks a model raises PlaygroundError where that cannot be."""

    @property
    def text(self) -> str:
        """The document up to where one is, or what was typed to be looked at instead."""

    @property
    def models(self) -> tuple[str, ...]:
        """Whose tokens are looked at: those that were named, else the one that is chosen."""

    def tokens(self, model: str) -> list[TextToken]:
        """How a model's tokenizer cuts the text; loads no weights."""

    def score(self) -> Score:
        """How well the chosen model predicts the text."""

    def predictions(self, count: int) -> list[Prediction]:
        """What the chosen model alone expects after the text, the likeliest first."""

    def why(self) -> Iterable[Output]:
        """Why the token under the cursor was said. Raises InvalidInput where there is none."""


class Panel:
    """Looks at a text. One of each kind is kept as long as the front end lives, so it may remember."""

    def show(self, inspected: Inspected) -> Iterable[Output]:
        """What is seen; on a thread on which it may wait for a model."""
        raise NotImplementedError
