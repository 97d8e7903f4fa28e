"""How probable a token was, for the eye: as a background, an underline, a number, or not at all.

The steps are those of `playground.session.shades`, so the app, the REPL and exported pages agree; their
colours are laid thinly over the theme's, for a page of them is looked at for hours. Underlines say it
without any colour.
"""

from __future__ import annotations

from typing import Literal

from rich.style import Style
from textual.color import Color

from playground.session.shades import SHADES, shade_of
from playground.ui.tui.pieces import Piece

View = Literal["plain", "background", "underline", "number"]
VIEWS: tuple[View, ...] = ("plain", "background", "underline", "number")
Measure = Literal["probability", "surprisal"]
MEASURES: tuple[Measure, ...] = ("probability", "surprisal")

TYPED = -1
"""In place of a step: text that no model said."""
STRENGTHS = (0.62, 0.56, 0.5, 0.38, 0.26, 0.15)
"""How much of each shade's colour is seen over the theme's: what was to be expected is quiet."""
UNDERLINES = (
    Style(bold=True, underline2=True),
    Style(underline2=True),
    Style(underline=True),
    Style(),
    Style(),
    Style(),
)
"""By the steps of the scale, the least likely first."""
BITS = ("> 6.6", "4.3", "2.3", "1", "0.3", "< 0.3")
"""The steps of the scale as bits of surprisal."""
LEVELS = (0, 95, 135, 175, 215, 255)
"""Of the colours that terminals number."""


class Paint:
    """The styles of one theme, one view of probabilities."""

    def __init__(self, background: Color, foreground: Color, accent: Color, view: View) -> None:
        self.view = view
        base = Style(color=foreground.rich_color, bgcolor=background.rich_color)
        quiet = background.blend(foreground, 0.72).rich_color
        self.typed = base if view == "plain" else Style(color=quiet, bgcolor=background.rich_color)
        self.said = base
        self.draft = Style(color=background.blend(foreground, 0.5).rich_color, italic=True) + Style(
            bgcolor=background.rich_color
        )
        self.newest = Style(bold=True, underline=True, color=accent.rich_color)
        self.cursor = Style(
            bold=True, reverse=False, color=background.rich_color, bgcolor=accent.rich_color
        )
        self.steps = [self._step(background, foreground, step) for step in range(len(SHADES))]

    def _step(self, background: Color, foreground: Color, step: int) -> Style:
        plain = Style(color=foreground.rich_color, bgcolor=background.rich_color)
        if self.view == "underline":
            return plain + UNDERLINES[step]
        if self.view == "background":
            shade = background.blend(colour(SHADES[step].background), STRENGTHS[step])
            return Style(color=foreground.rich_color, bgcolor=shade.rich_color)
        return plain

    def of_step(self, step: int) -> Style:
        """The style of a token on a step of the scale, or of what was `TYPED`."""
        if step == TYPED:
            return self.typed
        return self.said if self.view == "plain" else self.steps[step]


def step_of(probability: float) -> int:
    """The step of the scale on which a probability is."""
    return SHADES.index(shade_of(probability))


def number(piece: Piece, measure: Measure) -> str:
    """What stands after a token where numbers are shown."""
    value = piece.probability if measure == "probability" else piece.bits
    return f"{value:.2f}" if measure == "probability" else f"{value:.1f}"


def labels(measure: Measure) -> tuple[str, ...]:
    """What the steps of the scale are called."""
    return BITS if measure == "surprisal" else tuple(shade.label for shade in SHADES)


def colour(number: int) -> Color:
    """A colour of the cube of 6 x 6 x 6 that begins at 16."""
    red, rest = divmod(number - 16, 36)
    green, blue = divmod(rest, 6)
    return Color(LEVELS[red], LEVELS[green], LEVELS[blue])
