"""What could stand at the cursor: tokens with their probabilities, after the chain and by the model alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from playground.session.safe_text import one_line

BAR = 6
EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class Candidate:
    """A token that could be said; `chance` after the chain, None where only the model was asked."""

    text: str
    raw_chance: float
    chance: float | None = None
    taken: bool = False
    """Whether it is what was said."""
    cut: bool = False
    """Whether the chain removed it: it can be seen and not taken."""


class Candidates(Widget):
    """Rows of candidates; a digit or a click takes one that the chain left."""

    BORDER_TITLE = "Next token"
    rows: reactive[tuple[Candidate, ...]] = reactive[tuple[Candidate, ...]]((), layout=True)
    hint: reactive[str] = reactive("", layout=True)
    """What is said where there are no rows."""

    @dataclass
    class Taken(Message):
        """The user wants this row."""

        rank: int

    def show(self, title: str, rows: tuple[Candidate, ...], hint: str = "") -> None:
        self.border_title = Content(title)
        self.rows, self.hint = rows, hint

    def render(self) -> Content:
        if not self.rows:
            return Content.styled(self.hint, "dim")
        lines = [self._heading()]
        lines += [self._line(rank, row) for rank, row in enumerate(self.rows)]
        return Content("\n").join(lines)

    def get_content_height(self, *_: object) -> int:
        return 1 + len(self.rows) if self.rows else max(1, -(-len(self.hint) // 30))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if (
            offset is not None
            and 1 <= offset.y <= len(self.rows)
            and not self.rows[offset.y - 1].cut
        ):
            self.post_message(self.Taken(offset.y - 1))

    @property
    def _after_chain(self) -> bool:
        return self.rows[0].chance is not None

    def _heading(self) -> Content:
        room = max(4, self.size.width - (BAR + 18 if self._after_chain else BAR + 11))
        columns = "chain  model" if self._after_chain else "model"
        return Content.styled(f"  {'token'.ljust(room)}  {columns}", "dim")

    def _line(self, rank: int, row: Candidate) -> Content:
        shown = row.raw_chance if row.chance is None else row.chance
        room = max(4, self.size.width - (BAR + 18 if row.chance is not None else BAR + 11))
        text = _visible(row.text)
        numbers = f"{row.raw_chance:.3f} " if row.chance is None else ""
        if row.chance is not None:
            after = "  cut" if row.cut else f"{row.chance:.3f}"
            numbers = f"{after}  {row.raw_chance:.3f} "
        return Content.assemble(
            (f"{rank} " if rank < 10 and not row.cut else "  ", "dim"),
            (_cut(text, room), "bold $accent" if row.taken else "dim" if row.cut else ""),
            ("  " + numbers, "dim"),
            (_bar(shown), "$accent"),
        )


def _visible(text: str) -> str:
    """A token in a list: its spaces are seen."""
    return one_line(text).replace(" ", "·") if text else "(end)"


def _cut(text: str, room: int) -> str:
    return (
        set_cell_size(text, room) if cell_len(text) <= room else set_cell_size(text, room - 1) + "…"
    )


def _bar(share: float) -> str:
    eighths = 0 if math.isnan(share) else round(max(0.0, min(1.0, share)) * BAR * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + EIGHTHS[rest]).ljust(BAR)[:BAR]
