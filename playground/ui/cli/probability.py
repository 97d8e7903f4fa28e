"""Tokens and their probabilities for the eye: a colour, or a number for those who see no colour."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence

from playground.ui.cli import console

# (below, label, SGR style), dark to bright: the order is seen without telling hues apart.
SHADES = (
    (0.01, "< 0.01", "38;5;231;48;5;53"),
    (0.05, "0.01", "38;5;231;48;5;24"),
    (0.2, "0.05", "38;5;231;48;5;30"),
    (0.5, "0.2", "38;5;16;48;5;71"),
    (0.8, "0.5", "38;5;16;48;5;149"),
    (math.inf, "0.8", "38;5;16;48;5;227"),
)
NEWLINE = "\u240a"

Piece = tuple[str, str]
"""Text and the SGR style it is written in."""


def shade(probability: float) -> str:
    """The SGR style of a probability."""
    return next(style for below, _, style in SHADES if probability < below)


def coloured(text: str, logprobs: Sequence[float]) -> Iterator[Piece]:
    """`text` in the colour of the least likely of the tokens it is made of."""
    style = shade(math.exp(min(logprobs)))
    for line in text.splitlines(keepends=True):
        yield line.rstrip("\n") + NEWLINE * line.endswith("\n"), style
        yield "\n" * line.endswith("\n"), ""


def numbered(text: str, logprobs: Sequence[float]) -> Iterator[Piece]:
    """`text(0.42)`; a number for each of the tokens it is made of."""
    numbers = " ".join(f"{math.exp(logprob):.2g}" for logprob in logprobs)
    yield f"{text.replace(chr(10), NEWLINE)}({numbers})" + "\n" * text.count("\n"), ""


def write_legend(with_colours: bool) -> None:
    """What the colours or the numbers mean, on stderr."""
    if not with_colours:
        console.notice("token(p): the model's own probability of the token, before the chain")
        return
    console.write("the model's own probability of each token: ", stream=sys.stderr)
    for _, label, style in SHADES:
        console.write(f" {label} ", stream=sys.stderr, style=style)
    console.write_line(stream=sys.stderr)
