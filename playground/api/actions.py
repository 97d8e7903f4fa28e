"""What a person can do with a text, free of any front end: a slash command, a key, an entry of a palette.

An action is declared once: its name, what it takes and what it does. Parsing, help, completion and messages
derive from that. It works on a `Desk` and yields outputs, which a front end shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import msgspec

from playground.api.outputs import Output
from playground.api.results import Prediction, Score

GROUPS = (
    "text", "tree", "look", "model", "chain", "request", "template", "history", "files", "program",
)  # fmt: skip
"""Where an action stands in the help, in this order; those of plugins may name another."""


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an action takes, in its place on the line."""

    name: str
    help: str = ""
    type: Any = str
    """What the word is converted to, with its range: `Annotated[int, Meta(ge=1)]`."""
    choices: tuple[str, ...] = ()
    """All that can be meant."""
    suggestions: tuple[str, ...] = ()
    """Some of what can be meant."""
    completer: str = ""
    """What there is to complete it: models, stages, chain, templates, variables, nodes, sessions, presets,
    settings, actions, trainings, ways, looks, inspectors or files."""
    optional: bool = False
    rest: bool = False
    """The whole rest of the line as it stands, not one word of it."""

    @property
    def usage(self) -> str:
        """As a usage line shows it: `NODE`, `[N]`, `on|off`."""
        word = "|".join(self.choices) if self.choices else self.name.upper()
        word += "…" * self.rest
        return f"[{word}]" if self.optional else word


class Desk(Protocol):
    """What an action works on: the text where one is, the model, and the settings of the next request."""

    @property
    def text(self) -> str:
        """The document up to where one is."""

    def add(self, text: str) -> None:
        """Put `text` after it, as if it had been typed."""

    def generate(self) -> Iterator[Output]:
        """Let the model go on; what is yielded has to be passed on: `yield from desk.generate()`."""

    def predictions(self, text: str, count: int) -> list[Prediction]:
        """The likeliest next tokens after `text`, by the model alone."""

    def score(self, text: str) -> Score:
        """How well the model predicts `text`."""

    def set(self, name: str, value: str) -> None:
        """As `/set NAME VALUE`. Raises InvalidInput."""


Arguments = Mapping[str, Any]
Run = Callable[[Any, Arguments], Iterable[Output] | None]


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """`run(desk, arguments)` returns or yields outputs; an argument that was not given is None."""

    name: str
    """As it is typed after the slash: lower-case words joined by hyphens."""
    summary: str
    run: Run
    arguments: tuple[Argument, ...] = ()
    aliases: tuple[str, ...] = ()
    group: str = "program"
    details: str = ""
    """What the summary leaves open, for the help of this one action."""

    @property
    def usage(self) -> str:
        """`/goto NODE`"""
        return " ".join([f"/{self.name}", *(argument.usage for argument in self.arguments)])
