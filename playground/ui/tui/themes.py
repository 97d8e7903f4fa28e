"""The colours of the app: two of its own, calm ones, beside those that come with Textual."""

from __future__ import annotations

from collections.abc import Iterable

from textual.theme import Theme

from playground.api.errors import InvalidInput
from playground.registry import did_you_mean

DUSK = Theme(
    name="dusk",
    primary="#7aa2c8",
    secondary="#b39ddb",
    accent="#e8b86d",
    warning="#e0af68",
    error="#e5798a",
    success="#8fc7a3",
    foreground="#d5d9e4",
    background="#15181f",
    surface="#1b1f28",
    panel="#222734",
    dark=True,
    variables={
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#e8b86d",
        "input-cursor-background": "#e8b86d",
        "input-selection-background": "#7aa2c8 35%",
        "border": "#2c3342",
        "border-blurred": "#2c3342",
    },
)
PAPER = Theme(
    name="paper",
    primary="#33658a",
    secondary="#6b4f9c",
    accent="#a8601f",
    warning="#9a6700",
    error="#b3263e",
    success="#2f7d4f",
    foreground="#2a2d34",
    background="#fbf8f2",
    surface="#f4f0e7",
    panel="#ebe5d8",
    dark=False,
    variables={"footer-key-foreground": "#a8601f", "border": "#d8d0bf"},
)
THEMES = (DUSK, PAPER)


def chosen(name: str, known: Iterable[str]) -> str:
    """The theme of a configuration that says `name`, empty for the usual one. Raises InvalidInput."""
    if not name:
        return DUSK.name
    if name not in known:
        hint = did_you_mean(name, list(known)) or "ctrl+p, Theme lists them"
        raise InvalidInput(f"there is no theme {name!r}", hint)
    return name
