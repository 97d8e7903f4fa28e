"""What is posted between the parts of the app: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from textual.message import Message

from playground.api.outputs import Note, Output
from playground.ui.tui.desk import Answered, Told


@runtime_checkable
class Asking(Protocol):
    """A screen that asks the desk."""

    def answered(self, answer: Answered) -> None:
        """Take what came of a question; it may be another's."""


@dataclass
class Heard(Message):
    """What came of the workbench since the last frame, in order."""

    told: tuple[Told, ...]


class Opened(Message):
    """The document is on the screen: what is not kept of an earlier one can take its place."""


@dataclass
class Failed(Message):
    """What the model was asked for failed, whichever screen is seen."""

    failure: Note


@dataclass
class Run(Message):
    """Run a line; `shown`: the user wants to see what comes of it."""

    line: str
    shown: bool = False


@dataclass
class TypeLine(Message):
    """Let the user go on typing this line."""

    line: str


@dataclass
class ShowAnswer(Message):
    """Let the user read what an action told."""

    outputs: tuple[Output, ...]
