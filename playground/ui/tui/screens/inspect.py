"""Looking at the document, or at a text that is typed, with one inspector after the other.

Inspectors are plugins; what a panel tells is shown, and asked again when what it is about changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Footer, Static

from playground.api.errors import PlaygroundError
from playground.api.inspectors import Inspector
from playground.api.outputs import Note, Output
from playground.protocol.problems import WorkerGone
from playground.session.actions.words import quoted, take_word
from playground.session.safe_text import one_line
from playground.session.shown_path import shown_path
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run
from playground.ui.tui.pieces import Piece, pieces_of
from playground.ui.tui.screens.command import CommandScreen
from playground.ui.tui.screens.panes import PaneScreen
from playground.ui.tui.streaming import STOPPED
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.looked_at import LookedAt
from playground.ui.tui.widgets.page import Page
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.panel_tabs import PanelTabs
from playground.ui.tui.widgets.status_line import StatusLine
from playground.ui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

LINE = "/inspect"
FIRST = "funnel"
LOOKING = Note("looking…", "notice")


@dataclass(frozen=True)
class Wanted:
    """What is asked: an inspector, and what it is to look at."""

    inspector: str
    text: str
    """Empty: what the tree holds where one is."""
    models: tuple[str, ...]
    token: tuple[str, int] | None


@dataclass(frozen=True)
class Seen:
    """What an inspector told of what was wanted, and which inspectors there are."""

    wanted: Wanted
    inspectors: tuple[Inspector, ...]
    outputs: tuple[Output, ...]


class InspectScreen(PaneScreen):
    """The text above, what the inspector tells below."""

    BINDINGS = bindings("inspect")
    ASKS = ("inspect",)
    PANES: ClassVar[dict[str, str]] = {"document": "#looked", "panel": "#told"}

    def __init__(self, bench: Workbench, desk: Desk, page: Callable[[], Page]) -> None:
        """`page`: the document as it is written and read now."""
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._page = page
        self.inspectors: tuple[Inspector, ...] = ()
        self.inspector = FIRST
        self.models: tuple[str, ...] = ()
        """Whose tokens are looked at; none: the chosen one's."""
        self.typed = ""
        """What is looked at instead of the document."""
        self._wanted: Wanted | None = None
        self._begin_at: int | None = None
        """The token that was looked at in the document before."""

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title", markup=False)
        yield PanelTabs(tuple(self.PANES), id="panes")
        yield LookedAt(id="looked")
        yield PanelTabs((FIRST,), id="inspectors", hint="[ ]")
        yield Pager(id="told")
        yield Banner()
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.show_pane("document", focus=False)
        self._text_shown.view = "underline" if self.app.no_color else "background"
        self._text_shown.focus()
        self._begin_at = self._page().transcript.cursor

    def on_screen_resume(self) -> None:
        self._wanted = None
        self.work_changed()

    def work_changed(self) -> None:
        """Show the text as it is, and ask again where what is looked at has changed."""
        if not self.is_current:
            return
        transcript = self._text_shown
        pieces = self._pieces()
        had, self._begin_at = self._begin_at or transcript.cursor, None
        transcript.show(pieces)
        transcript.cursor = had
        if had is None or had >= len(pieces) or not pieces[had].is_token:
            transcript.cursor = None
            transcript.look(-1)
        self._look()

    def begin(self, line: str) -> None:
        """Look as a line says, which was typed."""
        from playground.session.inspecting import models_and_text

        try:
            name, rest = take_word(line.removeprefix(LINE).lstrip())
            models, text = models_and_text(rest)
        except PlaygroundError as error:
            self._say(error.message, "error", error.hint)
            return
        self.inspector, self.models, self.typed = name or self.inspector, models, text
        self.work_changed()

    # What keys do

    def action_turn(self, step: int) -> None:
        """The next inspector, or the one before."""
        names = [each.name for each in self.inspectors]
        if names:
            place = names.index(self.inspector) if self.inspector in names else -step
            self._choose(names[(place + step) % len(names)])

    def action_type(self) -> None:
        """Type a text to look at, and with which models."""
        self._let_type(f" {one_line(self.typed)}" if self.typed else " ")

    def action_models(self) -> None:
        self._let_type(" model=")

    def action_document(self) -> None:
        """Look at the document again, with the chosen model."""
        self.models, self.typed = (), ""
        self.work_changed()

    def on_panel_tabs_chosen(self, message: PanelTabs.Chosen) -> None:
        if message.tabs == "inspectors":
            self._choose(message.panel)

    def on_transcript_looked(self, message: Transcript.Looked) -> None:
        self._look()

    def _choose(self, name: str) -> None:
        self.inspector = name
        self._look()

    def _let_type(self, end: str) -> None:
        def read(line: str | None) -> None:
            if line is not None and line.partition(" ")[0] == LINE:
                self.begin(line)
            elif line:
                self.post_message(Run(line, shown=True))

        named = "".join(f" {quoted(f'model={model}')}" for model in self.models)
        line = f"{LINE} {self.inspector}{one_line(named)}{end}"
        self.app.push_screen(CommandScreen(self._bench, self._desk, line), read)

    # Asking, and what comes of it

    def _look(self) -> None:
        """Ask the inspector, unless it has been asked just that."""
        wanted = Wanted(self.inspector, self._other_text(), self.models, self._token())
        self._show_title()
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._status.note = LOOKING
        self._desk.ask("inspect", lambda: seen(self._bench, wanted))

    def fail(self, failure: Note, again: Callable[[], object]) -> None:
        super().fail(failure, again)
        self._status.note = None

    def ask_again(self) -> None:
        self._wanted = None
        self._look()

    def take_answer(self, answer: Answered) -> None:
        if not isinstance(answer.value, Seen) or answer.value.wanted != self._wanted:
            return
        found = answer.value
        if any(isinstance(o, Note) and o.text == STOPPED for o in found.outputs):
            self._wanted = (
                None  # a line of the user came meanwhile; it is asked again when that is done
            )
            return
        self.inspectors = found.inspectors
        tabs = self.query_one("#inspectors", PanelTabs)
        tabs.panels = tuple(each.name for each in found.inspectors)
        tabs.chosen = self.inspector
        pager = self.query_one("#told", Pager)
        pager.show(found.outputs)
        if self._status.note == LOOKING:
            self._status.note = None
        about = {each.name: each.summary for each in found.inspectors}
        if self.inspector in about:
            self._say(about[self.inspector], "notice")

    # Showing

    def _pieces(self) -> list[Piece]:
        if self.typed:
            return [Piece(self.typed)]
        known, text = self._bench.text, self._page().text
        pieces = list(pieces_of(self._bench.tree.path(self._bench.tree.cursor)))
        if text == known:
            return pieces
        return [*pieces, Piece(text[len(known) :])] if text.startswith(known) else [Piece(text)]

    def _other_text(self) -> str:
        """The text, where it is not what the tree holds."""
        text = self.typed or self._page().text
        return "" if text == self._bench.text else text

    def _token(self) -> tuple[str, int] | None:
        transcript = self._text_shown
        place = transcript.cursor
        if place is None or place >= len(transcript.pieces):
            return None
        piece = transcript.pieces[place]
        return (piece.node, piece.at) if piece.node and piece.at is not None else None

    def _show_title(self) -> None:
        what = "a text of its own" if self.typed else "the document"
        models = ", ".join(map(shown_path, self.models or (self._bench.choices.model,)))
        self.query_one("#title", Static).update(f" Inspect {what} with {one_line(models)}")

    def _say(self, text: str, kind: str, hint: str = "") -> None:
        self._status.note = Note(text, kind, hint)  # type: ignore[arg-type]

    @property
    def _status(self) -> StatusLine:
        return self.query_one("#status", StatusLine)

    @property
    def _text_shown(self) -> LookedAt:
        return self.query_one("#looked", LookedAt)


def seen(bench: Workbench, wanted: Wanted) -> Seen:
    """What the inspector tells; what goes wrong is told, too. On the desk's thread.

    Raises WorkerGone: that is no fault of what is looked at, and can be asked again.
    """
    from playground.session.acting import guarded
    from playground.session.inspecting import Look, inspect

    lost: list[WorkerGone] = []

    def look() -> Sequence[Output]:
        found = Look(bench, text=wanted.text, models=wanted.models, token=wanted.token)
        try:
            return list(inspect(bench, wanted.inspector, found))
        except WorkerGone as error:
            lost.append(error)
            raise

    outputs = tuple(guarded(bench, look))
    if lost:
        raise lost[0]
    return Seen(wanted, tuple(bench.plugins.inspectors.values()), outputs)
