"""The chain of the next request: stages as rows that are moved, switched, turned and typed."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from playground.chain_syntax import Stage
from playground.session.safe_text import one_line
from playground.ui.tui import chain_rows
from playground.ui.tui.chain_rows import ChainRow, Rows, Slider, slider_of
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import TypeLine

BAR = 10
"""Cells of a slider."""


class ChainPanel(Widget, can_focus=True):
    """The rows of a chain; the last one is the strategy."""

    BORDER_TITLE = "Chain"
    BINDINGS = bindings("chain")
    rows: reactive[Rows] = reactive[Rows]((), layout=True)
    place: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """The chain is to be this one."""

        chain: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._classes_of: dict[str, type[msgspec.Struct]] = {}

    def show(self, stages: list[Stage], classes: dict[str, type[msgspec.Struct]]) -> None:
        """Show a chain; `classes`: those of its stages that are known."""
        self._classes_of = classes
        self.rows = chain_rows.merged(self.rows, stages)
        self.place = min(self.place, max(0, len(self.rows) - 1))

    # What keys do

    def action_walk(self, step: int) -> None:
        self.place = max(0, min(len(self.rows) - 1, self.place + step))

    def action_move(self, step: int) -> None:
        if self._change(chain_rows.moved(self.rows, self.place, step)):
            self.action_walk(step)

    def action_switch(self) -> None:
        if self.rows:
            self._change(chain_rows.switched(self.rows, self.place))

    def action_turn(self, step: int) -> None:
        slider = self._slider(self.place)
        if slider is None:
            return
        stage = self.rows[self.place].stage
        new = chain_rows.turned(stage, self._classes_of[stage.name], slider, step)
        self._change(chain_rows.with_stage(self.rows, self.place, new))

    def action_remove(self) -> None:
        if len(self.rows) > 1:
            self._change(chain_rows.without(self.rows, self.place))

    def action_type(self) -> None:
        if self.rows and self.rows[self.place].on:
            number = sum(row.on for row in self.rows[: self.place + 1])
            stage = one_line(str(self.rows[self.place].stage))
            self.post_message(TypeLine(f"/strategy set {number} {stage}"))

    def action_add(self) -> None:
        self.post_message(TypeLine("/strategy append "))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not 0 <= offset.y < len(self.rows):
            return
        self.place = offset.y
        if offset.x < 2:
            self.action_switch()
        elif offset.x >= self.size.width - BAR:
            middle = self.size.width - BAR / 2
            self.action_turn(1 if offset.x >= middle else -1)

    # Drawing

    def render(self) -> Content:
        if not self.rows:
            return Content.styled("…", "dim")
        lines = [self._line(place, row) for place, row in enumerate(self.rows)]
        return Content("\n").join(lines)

    def get_content_height(self, *_: object) -> int:
        return max(1, len(self.rows))

    def _line(self, place: int, row: ChainRow) -> Content:
        width = self.size.width
        slider = self._slider(place)
        bar = _bar(slider) if slider else ""
        name = one_line(str(row.stage))[: max(8, width - 3 - BAR - 1)]
        chosen = place == self.place and self.has_focus
        style = "" if row.on else "dim strike"
        text = name.ljust(max(0, width - 2 - len(bar)))[: max(0, width - 2 - len(bar))]
        return Content.assemble(
            ("● " if row.on else "○ ", "$accent" if row.on else "dim"),
            (text, f"{style} bold reverse" if chosen else style),
            (bar, "$accent" if row.on else "dim"),
        )

    def _slider(self, place: int) -> Slider | None:
        if not 0 <= place < len(self.rows):
            return None
        stage = self.rows[place].stage
        return slider_of(stage, self._classes_of.get(stage.name))

    def _change(self, rows: Rows) -> bool:
        """Take rows that make a chain; the screen hears of it."""
        if rows == self.rows or not any(row.on for row in rows):
            return False
        before = chain_rows.text_of(self.rows)
        self.rows = rows
        if (text := chain_rows.text_of(rows)) != before:
            self.post_message(self.Changed(text))
        return True

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh()


def _bar(slider: Slider) -> str:
    place = round(slider.share * (BAR - 1))
    return "━" * place + "◆" + "─" * (BAR - 1 - place)
