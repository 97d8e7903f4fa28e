"""The scale of probabilities: one for the terminal and for exported pages, dark to bright.

The order is seen without telling hues apart. Colours are numbers of the 256 that terminals know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Shade(NamedTuple):
    """A step of the scale: probabilities that are less than `below`, and not of a step before."""

    below: float
    label: str
    foreground: int
    background: int

    @property
    def sgr(self) -> str:
        """As the parameters of a terminal's escape sequence."""
        return f"38;5;{self.foreground};48;5;{self.background}"

    @property
    def css(self) -> str:
        """As declarations of a style sheet."""
        return f"color:{_rgb(self.foreground)};background:{_rgb(self.background)}"


SHADES = (
    Shade(0.01, "< 0.01", 231, 53),
    Shade(0.05, "0.01", 231, 24),
    Shade(0.2, "0.05", 231, 30),
    Shade(0.5, "0.2", 16, 71),
    Shade(0.8, "0.5", 16, 149),
    Shade(math.inf, "0.8", 16, 227),
)


def shade_of(probability: float) -> Shade:
    """The step of a probability."""
    return next(shade for shade in SHADES if probability < shade.below)


def shade_of_tokens(logprobs: Sequence[float]) -> Shade:
    """The step of a text that several tokens make: that of the least likely one."""
    return shade_of(math.exp(min(logprobs)))


def _rgb(colour: int) -> str:
    """A colour of the cube of 6 x 6 x 6 that begins at 16, as xterm draws it."""
    levels = (0, 95, 135, 175, 215, 255)
    red, rest = divmod(colour - 16, 36)
    return "#" + "".join(f"{levels[level]:02x}" for level in (red, *divmod(rest, 6)))
