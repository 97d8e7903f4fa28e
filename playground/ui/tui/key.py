"""What a key of the app is: its name in the configuration, where it holds, and which action it is."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from playground.session.actions.table import BUILT_IN


@dataclass(frozen=True)
class Key:
    """One binding. `line` is what it runs as if it had been typed; else `action` is a method's name."""

    id: str
    key: str
    label: str
    """For the footer, where it is shown."""
    action: str = ""
    line: str | None = None
    summary: str = ""
    shown: bool = False
    first: bool = False
    """Whether it comes before what the part in focus does with the key."""

    @property
    def place(self) -> str:
        return self.id.partition(".")[0]

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        if self.summary or self.line is None:
            return self.summary
        return BUILT_IN[self.command].summary

    @property
    def command(self) -> str:
        """The action of the action table that it runs; empty where it is one of the screen alone."""
        if self.line is None:
            return ""
        return self.line.removeprefix("/").partition(" ")[0] or "more"

    @property
    def binding(self) -> Binding:
        action = self.action or f"app.run_line({self.line!r})"
        return Binding(
            self.key,
            action,
            self.label,
            show=self.shown,
            priority=self.first,
            id=self.id,
            tooltip=self.about,
        )
