"""Tokens and their probabilities for the eye: a colour, or a number for those who see no colour."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence

from playground.session.shades import SHADES, shade_of_tokens
from playground.ui.cli import console

NEWLINE = "\u240a"

Piece = tuple[str, str]
"""Text and the SGR style it is written in."""


def coloured(text: str, logprobs: Sequence[float]) -> Iterator[Piece]:
    """`text` in the colour of the least likely of the tokens it is made of."""
    style = shade_of_tokens(logprobs).sgr
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
    for shade in SHADES:
        console.write(f" {shade.label} ", stream=sys.stderr, style=shade.sgr)
    console.write_line(stream=sys.stderr)
