"""How the events of a generation are shown; `gen_text` has the views for people.

A view takes events one by one, in any interleaving of sequences, and is closed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.ui.cli.console import print_json, print_json_line
from playground.ui.cli.outcome import CANCELLED

if TYPE_CHECKING:
    from playground.api import Event, Finished


class View:
    """What all views know: how the sequences ended."""

    def __init__(self) -> None:
        self.ends: list[Finished] = []

    def show(self, event: Event) -> None:
        from playground.api import Finished

        if isinstance(event, Finished):
            self.ends.append(event)

    def close(self) -> None:
        """Nothing more will come."""

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What failed and its hint, each once."""
        failed = [(end.error, end.hint or "") for end in self.ends if end.error is not None]
        return list(dict.fromkeys(failed))

    @property
    def cancelled(self) -> bool:
        """Whether somebody wanted it to end."""
        return any(end.reason == "cancelled" for end in self.ends)

    @property
    def exit_code(self) -> int:
        failed = next((end.exit_code for end in self.ends if end.exit_code), 0)
        return failed or (CANCELLED if self.cancelled else 0)


class JsonLines(View):
    """Every event as it comes: the contract of docs/events.md."""

    def show(self, event: Event) -> None:
        super().show(event)
        print_json_line(event)


class JsonList(View):
    """The finished sequences, in their order."""

    def close(self) -> None:
        print_json(sorted(self.ends, key=lambda end: end.sequence))
