"""The document as it was said: every token in its shade, growing at its end at the same cost at any length.

Own code on Textual's line API, because no widget that lays its text out again can keep up with a model. It
shows pieces and a cursor among them; it knows neither trees nor models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from playground.ui.tui.keys import bindings
from playground.ui.tui.laid_out import DRAFT, LaidOut
from playground.ui.tui.later import Later
from playground.ui.tui.paint import Measure, Paint, View
from playground.ui.tui.pieces import Piece
from playground.ui.tui.wrapping import Row

NO_ROW = -1
BAR_SECONDS = 0.2
"""Between two moves of the scrollbar, which has to be drawn from end to end for each."""
BEHIND_SECONDS = 0.25
"""Between two repaints behind another screen: Textual draws all that is behind it for each."""


class Transcript(ScrollView, can_focus=True):
    """A document of pieces. `cursor` is the place of the token that is looked at."""

    ALLOW_SELECT = False
    BINDINGS = bindings("document")
    view: var[View] = var[View]("background", init=False)
    measure: var[Measure] = var[Measure]("probability", init=False)
    cursor: var[int | None] = var[int | None](None, init=False)
    newest: var[int | None] = var[int | None](None, init=False)

    @dataclass
    class Looked(Message):
        """The cursor is on another token; None: on none."""

        piece: Piece | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._laid = LaidOut()
        self._paint: Paint | None = None
        self._strips: dict[int, Strip] = {}
        """The rows that are seen, as they were drawn last."""
        self._first_unseen: int | None = None
        """The first row that has changed and was not drawn again yet."""
        self._behind = Later(self, BEHIND_SECONDS, self._show_changed)
        self._bar = Later(self, BAR_SECONDS, self._move_bar)
        self.edit_keys: tuple[str, ...] = ()
        """Keys after which one writes."""

    # What it shows

    @property
    def pieces(self) -> list[Piece]:
        return self._laid.pieces

    @property
    def text(self) -> str:
        """All of it, as it is."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def draft(self) -> str:
        """What follows the text for now."""
        return self._laid.draft

    @property
    def row_count(self) -> int:
        return len(self._laid.rows)

    def show(self, pieces: Sequence[Piece]) -> None:
        """Show this document; what of it is shown already is not laid out again."""
        same = self._laid.shared(pieces)
        self.newest = None
        if same < len(self.pieces):
            self._laid.pieces = list(pieces)
            self._laid.draft = ""
            self._lay_out()
        else:
            # They are drawn alike, but those that streamed had no node yet.
            self._laid.pieces[:] = pieces[:same]
            self.append(pieces[same:])

    def append(self, pieces: Iterable[Piece]) -> None:
        """Add pieces at the end, in place of the draft."""
        self._changed(self._laid.append(pieces))

    def set_draft(self, text: str) -> None:
        """Show `text` after the end, in place of the draft before."""
        self._changed(self._laid.set_draft(text))

    # What keys do

    def action_tokens(self) -> None:
        if self.cursor is None:
            self.look(-1)
        else:
            self.cursor = None

    def action_look(self, step: int) -> None:
        self.look(step)

    def action_look_by_row(self, step: int) -> None:
        if self.cursor is not None:
            self.look_by_row(step)
        else:
            self.scroll_relative(y=step, animate=False)

    # Moving among the tokens

    def look(self, step: int) -> None:
        """Move the cursor to the next token that is seen, `step` 1, or the one before, -1."""
        found = self._laid.token_after(self.cursor, step)
        if found is not None:
            self.cursor = found

    def look_by_row(self, step: int) -> None:
        """Move the cursor to a token of a row below, `step` 1, or above, -1."""
        if self.cursor is None:
            self.look(-1)
            return
        found = self._laid.token_by_row(self.cursor, step)
        if found is not None:
            self.cursor = found

    def piece_at(self, x: int, y: int) -> int | None:
        """The place of the piece that is drawn at a cell of the widget's content."""
        return self._laid.piece_at(x, y + self.scroll_offset.y)

    def watch_cursor(self, old: int | None, new: int | None) -> None:
        for place in (old, new):
            self._redraw(place)
        if new is not None:
            row, _ = self._laid.place_of(new)
            self.scroll_to_region(Region(0, row, 1, 1), animate=False, y_axis=True)
        self.post_message(self.Looked(None if new is None else self.pieces[new]))

    def watch_newest(self, old: int | None, new: int | None) -> None:
        if old is not None and old < len(self._laid.first_rows):
            self._changed(self._laid.first_rows[old])

    def watch_view(self) -> None:
        self._paint = None
        self._lay_out()

    def watch_measure(self) -> None:
        self.watch_view()

    # Events

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())

    def on_resize(self, event: events.Resize) -> None:
        if self._room != self._laid.rows.width:
            self._lay_out()

    async def _on_key(self, event: events.Key) -> None:
        """Who begins to write types on at once: what comes after that key is the editor's."""
        focused = self.screen.focused
        if focused is not None and focused is not self:
            focused._forward_event(events.Key(event.key, event.character))
        elif event.key in self.edit_keys:
            await self.run_action("app.edit")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self.piece_at(offset.x, offset.y)
        if place is not None and self.pieces[place].is_token:
            self.cursor = place

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the widget, its padding with them.

        A row that has only moved is the strip that it was, so that what Textual remembers of a strip holds;
        its own way would make every line anew for each row that is added.
        """
        filters, (_, background) = self.get_line_filters(), self.background_colors
        width = self.outer_size.width
        drawn, self._strips = self._strips, {}
        lines = []
        for y in crop.line_range:
            row = self._row_at(y)
            strip = drawn.get(row)
            if strip is None or strip.cell_length != width:
                strip = self._drawn(row, width)
            drawn[row] = self._strips[row] = strip
            for each in filters:
                strip = strip.apply_filter(each, background)
            lines.append(strip)
        if crop.column_span != (0, width):
            return [line.crop(*crop.column_span) for line in lines]
        return lines

    def _row_at(self, y: int) -> int:
        """The row that is seen in a line of the widget; `NO_ROW` where none is."""
        line = y - self.styles.padding.top
        row = line + self.scroll_offset.y
        return row if 0 <= line < self.size.height and row < len(self._laid.rows) else NO_ROW

    def _drawn(self, row: int, width: int) -> Strip:
        """A row from edge to edge."""
        paint = self._paint = self._paint or self._new_paint()
        segments = [Segment(" " * self.styles.padding.left, paint.said)]
        runs = [] if row == NO_ROW else self._laid.rows.rows[row]
        for (text, _, _), style in zip(runs, self._styles(runs, paint), strict=True):
            if segments[-1].style is style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, paint.said)

    def _styles(self, row: Row, paint: Paint) -> Iterator[Style]:
        """The style of each run of a row."""
        cursor, newest, steps = self.cursor, self.newest, self._laid.steps
        for _, mark, _ in row:
            place = mark // 2
            if mark == DRAFT or mark % 2:
                yield paint.draft
            elif place == cursor:
                yield paint.cursor
            elif place == newest:
                yield paint.of_step(steps[place]) + paint.newest
            else:
                yield paint.of_step(steps[place])

    def _new_paint(self) -> Paint:
        _, _, background, foreground = self.colors
        accent = Color.parse(self.app.theme_variables.get("accent", "ansi_yellow"))
        return Paint(background, background.blend(foreground, foreground.a), accent, self.view)

    def _repaint(self) -> None:
        self._paint = None
        self._strips.clear()
        self.refresh()

    def _redraw(self, place: int | None) -> None:
        """Draw the rows of a piece again."""
        if place is not None and place < len(self._laid.first_rows):
            self._redraw_rows(self._laid.first_rows[place], 4)

    def _redraw_rows(self, first: int, count: int) -> None:
        for row in range(first, first + count):
            self._strips.pop(row, None)
        self.refresh_lines(first, count)

    # Layout

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def _lay_out(self) -> None:
        """All of it again: for another width or another view."""
        self._strips.clear()
        self._laid.again(self._room, self.view, self.measure)
        if self.cursor is not None and self.cursor >= len(self.pieces):
            self.cursor = None
        self._changed(0)

    def _changed(self, first: int) -> None:
        """The rows from this one on are others."""
        # A word that did not fit any more has left the row before.
        first = max(0, first - 1)
        unseen = self._first_unseen
        self._first_unseen = first if unseen is None else min(first, unseen)
        if self.screen.is_active:
            self._show_changed()
        else:
            self._behind.want()

    def _show_changed(self) -> None:
        first, self._first_unseen = self._first_unseen, None
        if first is None:
            return
        at_end = self.is_vertical_scroll_end
        self._show_size(Size(self._laid.rows.width, len(self._laid.rows)))
        self._redraw_rows(first, len(self._laid.rows) - first)
        if at_end and self.cursor is None:
            self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)

    def _show_size(self, size: Size) -> None:
        """Have room for so many rows. Only where the scrollbar comes or goes is anything laid out for it."""
        fits = size.height <= self.container_size.height
        if fits == self.show_vertical_scrollbar or size.width != self.virtual_size.width:
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(Transcript.virtual_size, size)
            self._bar.want()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)
            self._bar.want()

    def _move_bar(self) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = self.virtual_size.height
            self.vertical_scrollbar.position = self.scroll_y
