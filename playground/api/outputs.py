"""What an action gives a front end to show or to do: plain values, free of any terminal.

A generation's own events (`playground.api.events`) are outputs, too; `Continuing` stands before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from playground.api.events import Event

Style = Literal["", "dim", "bold", "underlined", "added", "removed"]


class Note(msgspec.Struct, frozen=True):
    """A line for the user; `hint` says what to do about it."""

    text: str
    kind: Literal["text", "notice", "warning", "error"] = "text"
    hint: str = ""


class Table(msgspec.Struct, frozen=True):
    """Columns and rows; None is an empty cell. Columns named in `right` are numbers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    right: tuple[str, ...] = ()


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a passage; where `logprobs` are given, it is in the colour of its probability."""

    text: str
    style: Style = ""
    logprobs: tuple[float, ...] = ()
    """The model's own, of each token that the stretch is made of."""


class Passage(msgspec.Struct, frozen=True):
    """A text that is shown as it stands."""

    pieces: tuple[Piece, ...]


class Continuing(msgspec.Struct, frozen=True, kw_only=True):
    """Events follow: `n` sequences go on from `text`, which ends with what is shown before them."""

    text: str
    n: int = 1
    probs: bool = False
    """Whether the tokens are to be in the colours of their probabilities."""


class Column(msgspec.Struct, frozen=True):
    """A text beside others, under its name."""

    name: str
    pieces: tuple[Piece, ...]
    node: int | None = None
    """The number of the node that the text has become, by which one goes to it."""


class Columns(msgspec.Struct, frozen=True):
    """Texts side by side as far as they have come; each replaces the one before, until one is `final`."""

    columns: tuple[Column, ...]
    final: bool = True


class EditText(msgspec.Struct, frozen=True):
    """Let the user edit `text`; the new text, or None where it was left, is what the yield returns."""

    text: str


class CopyText(msgspec.Struct, frozen=True):
    """Put `text` where the user can paste it from."""

    text: str


class Quit(msgspec.Struct, frozen=True):
    """The front end is to end."""


Output = Note | Table | Passage | Continuing | Columns | Event | EditText | CopyText | Quit


def plain(text: str) -> Passage:
    """A passage of one colour."""
    return Passage((Piece(text),))


def facts(pairs: Sequence[tuple[str, Any]]) -> Table:
    """A table of what is known, a row each; what is None or empty is left out."""
    rows = tuple((what, value) for what, value in pairs if value not in (None, ""))
    return Table(("what", "value"), rows)
