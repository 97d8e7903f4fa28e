"""A command as at the REPL's prompt, with the same completions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from playground.session.actions.completing import Completion
from playground.session.safe_text import one_line

OFFERED = 8
"""Completions that are seen at once."""


class Offers(Widget):
    """Completions, one of which is chosen."""

    offers: reactive[tuple[Completion, ...]] = reactive[tuple[Completion, ...]]((), layout=True)
    chosen: reactive[int] = reactive(-1)

    def render(self) -> Content:
        first = max(0, min(self.chosen - OFFERED + 1, len(self.offers) - OFFERED))
        shown = list(enumerate(self.offers))[first : first + OFFERED]
        room = max((len(offer.text) for _, offer in shown), default=0)
        return Content("\n").join(
            [self._line(place, offer, room) for place, offer in shown] or [Content("")]
        )

    def get_content_height(self, *_: object) -> int:
        return min(OFFERED, len(self.offers))

    def _line(self, place: int, offer: Completion, room: int) -> Content:
        return Content.assemble(
            (f" {one_line(offer.text).ljust(room)} ", "reverse" if place == self.chosen else ""),
            (f" {one_line(offer.help)}", "dim"),
        ).truncate(max(1, self.size.width), ellipsis=True)


class CommandLine(Vertical):
    """Typing a command. Tab takes a completion, enter runs the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", "complete", priority=True, id="command.complete"),
        Binding("shift+tab", "complete(-1)", show=False, priority=True, id="command.complete-back"),
        Binding("down", "complete(1)", show=False, id="command.next"),
        Binding("up", "complete(-1)", show=False, id="command.previous"),
    ]

    @dataclass
    class Typed(Message):
        """Run this line."""

        line: str

    @dataclass
    class Asked(Message):
        """What could complete this line?"""

        line: str

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line
        self._completing = line
        """What was typed before a completion was put in its place."""

    def compose(self) -> ComposeResult:
        yield Offers()
        yield Input(self._line, select_on_focus=False, placeholder="a command: tab completes")

    def on_mount(self) -> None:
        self._field.focus()
        self._field.cursor_position = len(self._line)
        self.post_message(self.Asked(self._line))

    def offer(self, line: str, found: list[Completion]) -> None:
        """Completions of a line, if it is still the one that is typed."""
        offers = self.query_one(Offers)
        if line == self._field.value:
            offers.chosen = -1
            offers.offers = tuple(each for each in found if one_line(each.text) == each.text)
            self._completing = line

    def action_complete(self, step: int) -> None:
        offers = self.query_one(Offers)
        if not offers.offers:
            return
        place = offers.chosen + step if offers.chosen >= 0 else min(0, step)
        offers.chosen = place % len(offers.offers)
        offer = offers.offers[offers.chosen]
        with self.prevent(Input.Changed):
            self._field.value = self._completing[: offer.start] + offer.text
        self._field.cursor_position = len(self._field.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Asked(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @property
    def _field(self) -> Input:
        return self.query_one(Input)
