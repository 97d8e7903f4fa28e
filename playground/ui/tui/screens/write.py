"""Writing: one document, a model that goes on with it, and what it thought of every token.

The document is written in the editor and read in the transcript, which is where it streams. Handlers change
what is shown; whatever has to be computed or waited for is asked of the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, TextArea

from playground.api.outputs import Note
from playground.ui.tui import lines, looking
from playground.ui.tui.desk import Answered, Desk, Told
from playground.ui.tui.keys import BY_ID, key_of
from playground.ui.tui.looking import Choices, TextFacts
from playground.ui.tui.messages import Failed, Opened, Run, ShowAnswer
from playground.ui.tui.paint import MEASURES, VIEWS
from playground.ui.tui.pieces import Piece, pieces_of
from playground.ui.tui.streaming import Frame, Streaming
from playground.ui.tui.whereabouts import whereabouts_of
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.candidates import Candidate, Candidates
from playground.ui.tui.widgets.chain_panel import ChainPanel
from playground.ui.tui.widgets.editor import Editor
from playground.ui.tui.widgets.lint_line import LintLine
from playground.ui.tui.widgets.page import Page
from playground.ui.tui.widgets.panel_tabs import PANELS, PanelTabs
from playground.ui.tui.widgets.panels import Panels
from playground.ui.tui.widgets.status_line import StatusLine
from playground.ui.tui.widgets.template_panel import TemplatePanel
from playground.ui.tui.widgets.top_bar import TopBar
from playground.ui.tui.widgets.transcript import Transcript
from playground.ui.tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

PAUSE = 0.35
"""Seconds without a key after which a text is looked at."""
FIGURES = 0.2
"""Seconds between two looks at what is counted while text streams: nobody reads numbers faster."""
WELCOMING = (
    ("app.generate", "let the model go on"),
    ("app.stop", "stop it; then walk its tokens with ← and →"),
    ("app.palette", "find everything else by its name"),
    ("app.help", "every key, and what is what"),
)


class WriteScreen(Screen[None]):
    """The document, and the panels beside it."""

    def __init__(self, bench: Workbench, desk: Desk) -> None:
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._streaming = Streaming()
        self._generating = False
        self._ask_model = False
        self._pause: Timer | None = None
        self._counted: int | None = None
        """How many tokens there are, as far as is known."""
        # Held, not looked up: a timer may come when the app ends, and they are on the screen no more.
        self.page = Page(id="page")
        self.panels = Panels(id="panels")
        self.status = StatusLine(id="status")
        self._top = TopBar()
        self._tabs = PanelTabs()
        self._banner = Banner()
        self._lint = LintLine(id="lint")

    def compose(self) -> ComposeResult:
        yield self._top
        yield self._tabs
        yield Horizontal(self.page, self.panels, id="body")
        yield self._banner
        yield self._lint
        yield self.status
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        keys = self._bench.settings.keys
        edit = keys.get("document.edit", BY_ID["document.edit"].key)
        self.transcript.edit_keys = tuple(edit.split(","))
        self.query_one(Welcome).keys = tuple((key_of(id_, keys), what) for id_, what in WELCOMING)
        if self._bench.text:
            self.read()
        else:
            self.set_focus(self.editor)
            self.page.write("")
        self._show_place()
        if self.app.no_color:
            self.transcript.view = "underline"
        self._show_view()
        self._figures = self.set_interval(FIGURES, self._count, pause=True)
        self.post_message(Opened())

    # Its parts

    @property
    def editor(self) -> Editor:
        return self.page.editor

    @property
    def transcript(self) -> Transcript:
        return self.page.transcript

    @property
    def reading(self) -> bool:
        """Whether the document is read, not written."""
        return self.page.reading

    @property
    def unsaved(self) -> str | None:
        """What is written and not in the tree."""
        return self.page.unsaved

    @property
    def may_ask(self) -> bool:
        """Whether the model may be asked for what nobody pressed a key for."""
        return self._ask_model

    # Reading and writing

    def read(self) -> None:
        """Look at the text that is in the tree."""
        self.page.read(self._bench.text, self._pieces())

    def write(self, text: str | None = None) -> None:
        """Edit it; or `text`, which had not been kept."""
        if self._desk.busy:
            return
        self.page.write(self._bench.text, text)
        if kept := self.editor.kept_before:
            self._say(f"{len(kept):,} characters before what is edited stay as they are", "notice")

    def generate(self, line: str = "", *, from_cursor: bool = False) -> None:
        """Let the model go on from the end, or from the cursor; or run a line that does."""
        if self._generating:
            self._say("the model is at it already", "notice", "esc stops it")
            return
        self._generating = True
        self._banner.show("", "")
        self._do(line, document=self.page.text_before_cursor if from_cursor else self.unsaved)

    def try_again(self) -> None:
        """Another try of the last continuation; after a failure, on from the text that is there."""
        self.generate("" if self._banner.failure else "/retry")

    def begin(self) -> None:
        """A new, empty session; what is in the editor is kept in the one before."""
        self._do("/new", document=self.unsaved)

    def run_line(self, line: str, *, shown: bool = False) -> None:
        """Run a line: on the document as it stands, where it is about the text."""
        if not lines.is_about_text(line):
            self._desk.do(line, shown=shown)
            return
        self._do(line, document=self.unsaved, shown=shown)

    def _do(self, *lines: str, document: str | None, shown: bool = False) -> None:
        """Run lines on a document, which from now on is the tree's."""
        self.page.hand_over(document, self._pieces())
        self._desk.do(*lines, document=document, shown=shown)

    def stop(self) -> bool:
        """Stop the model, or leave what one is in; False where there is nothing to leave."""
        if self._desk.stop():
            self._say("stopping…", "notice")
        elif self._banner.failure:
            self._banner.show("", "")
        elif self.transcript.cursor is not None:
            self.transcript.cursor = None
        elif not self.reading and not self._desk.busy:
            if (text := self.unsaved) is None:
                self.read()
            else:
                self._do(document=text)
        else:
            return False
        return True

    def mend(self) -> None:
        """Take the white space away that the line under the text warns of."""
        if self._lint.can_mend:
            self.write(self.page.text.rstrip(" \t"))

    # Probabilities

    def next_view(self) -> None:
        transcript = self.transcript
        transcript.view = VIEWS[(VIEWS.index(transcript.view) + 1) % len(VIEWS)]
        self._show_view()
        self._say(f"tokens are shown {DESCRIBED[transcript.view]}", "notice")

    def _show_view(self) -> None:
        self.panels.show_scale(self.transcript.view, self.transcript.measure)

    def next_measure(self) -> None:
        transcript = self.transcript
        measure = MEASURES[(MEASURES.index(transcript.measure) + 1) % len(MEASURES)]
        transcript.measure = measure
        self._show_view()
        self._say(f"tokens are measured by {measure}", "notice")

    def take_alternative(self, rank: int) -> None:
        """Branch at the token under the cursor."""
        place = self.transcript.cursor
        if place is None or self._desk.busy:
            return
        self._desk.do(*lines.taking(self._bench, self.transcript.pieces[place], rank))

    def why(self) -> None:
        """Explain the token under the cursor."""
        place = self.transcript.cursor
        if place is None or self._desk.busy:
            self._say("no token is looked at", "notice", "← and → walk among them")
            return
        self._desk.do(lines.explaining(self._bench, self.transcript.pieces[place]), shown=True)

    def sibling(self, step: int) -> None:
        """Go to another try of the same place."""
        line = lines.beside(self._bench, step)
        if line is not None and not self._desk.busy:
            self._desk.do(line)

    # Panels

    def next_panel(self) -> None:
        self.show_panel(PANELS[(PANELS.index(self._tabs.chosen) + 1) % len(PANELS)])

    def show_panel(self, panel: str) -> None:
        """Of the panels that share the place of the text, show this one; where all have room, go to it."""
        self._tabs.chosen = panel
        for each in PANELS:
            self.set_class(each == panel, f"-at-{each}")
        focus = {"chain": "#chain", "template": "#template"}.get(panel)
        place = self.transcript if self.reading else self.editor
        (self.query_one(focus) if focus else place).focus()

    def on_panel_tabs_chosen(self, message: PanelTabs.Chosen) -> None:
        self.show_panel(message.panel)

    def on_chain_panel_changed(self, message: ChainPanel.Changed) -> None:
        self._desk.do(f"/strategy {message.chain}")

    def on_template_panel_filled(self, message: TemplatePanel.Filled) -> None:
        self._do("/goto 0", "", document=self.unsaved)

    def on_run(self, message: Run) -> None:
        self.run_line(message.line, shown=message.shown)

    def on_candidates_taken(self, message: Candidates.Taken) -> None:
        self.take_alternative(message.rank)

    # The editor and the transcript

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        self.page.show_emptiness()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._look_at_text)

    def on_transcript_looked(self, message: Transcript.Looked) -> None:
        self.panels.show_surprise(self.transcript.pieces, self.transcript.cursor)
        piece = message.piece
        if piece is None:
            self._look_at_text()
        elif piece.node:
            self._desk.ask(
                "alternatives", lambda: (piece, looking.alternatives_of(self._bench, piece))
            )

    # What comes of the work

    def take(self, told: Sequence[Told]) -> None:
        """Show what came since the last frame."""
        for frame in self._streaming.frames(told):
            self._show_frame(frame)
        for each in told:
            if isinstance(each, Answered):
                self._take_answer(each)

    def _show_frame(self, frame: Frame) -> None:
        if frame.begins is not None:
            self.status.busy = frame.begins
            self._figures.resume()
        if frame.continues:
            self.read()
            self.transcript.scroll_end(animate=False)
        if frame.pieces:
            self.transcript.append(frame.pieces)
            self.transcript.newest = len(self.transcript.pieces) - 1
        if frame.draft is not None:
            self.transcript.set_draft(frame.draft)
        if frame.tokens is not None:
            self._counted = frame.tokens
        if frame.note is not None:
            self.status.note = frame.note
        if frame.failure is not None:
            self._banner.show(frame.failure.text, frame.failure.hint)
            self.post_message(Failed(frame.failure))
        if frame.ends:
            self._end(frame)

    def _end(self, frame: Frame) -> None:
        """A job is done: what is shown is the tree again."""
        self.status.busy = ""
        self._generating = False
        self._figures.pause()
        if self.reading or self._bench.text != self.page.known:
            self.read()
        self._show_figures()
        if self.reading and not self.page.known:
            self.write()
        if frame.shown:
            self.post_message(ShowAnswer(frame.shown))
        self._show_place()
        if frame.loads is not None:
            self._ask_model = frame.loads
        self.look()

    def look(self) -> None:
        """Ask for what the panels show."""
        self._desk.ask("choices", lambda: looking.choices_of(self._bench))
        self._look_at_text()

    def allow_asking(self) -> None:
        """The model is being loaded elsewhere: asking it costs this process nothing."""
        self._ask_model = True
        self.look()

    def _look_at_text(self) -> None:
        if self._desk.busy:
            return
        text = self.page.text
        self._top.characters = len(text)
        asking = self._ask_model
        self._desk.ask("text", lambda: looking.facts_of(self._bench, text, ask_model=asking))

    def _take_answer(self, answer: Answered) -> None:
        if isinstance(answer.value, Choices):
            self.panels.show_choices(answer.value)
        elif isinstance(answer.value, TextFacts):
            self._show_facts(answer.value)
        elif answer.name == "alternatives" and answer.value is not None:
            self._show_alternatives(*answer.value)

    def _show_facts(self, facts: TextFacts) -> None:
        if facts.text != self.page.text:
            return  # it was written on meanwhile
        self._top.limit = facts.limit
        self._top.tokens = self._counted = facts.tokens
        mends = key_of("app.mend", self._bench.settings.keys)
        self._lint.warn(facts.warnings, mends)
        if self.transcript.cursor is None:
            self.panels.show_following(facts.following)

    def _show_alternatives(self, piece: Piece, rows: tuple[Candidate, ...]) -> None:
        place = self.transcript.cursor
        if place is not None and self.transcript.pieces[place] is piece:
            self.panels.show_alternatives(rows)

    def _count(self) -> None:
        # Behind another screen nobody counts, and Textual draws all that is there for a changed number.
        if self.is_active:
            self._show_figures()

    def _show_figures(self) -> None:
        """How many tokens there are, and how the last ones surprised."""
        self._top.tokens = self._counted
        if self.reading:
            self.panels.show_surprise(self.transcript.pieces, self.transcript.cursor)

    def _show_place(self) -> None:
        self._top.show(whereabouts_of(self._bench))

    def _pieces(self) -> list[Piece]:
        return list(pieces_of(self._bench.tree.path(self._bench.tree.cursor)))

    def _say(self, text: str, kind: str, hint: str = "") -> None:
        self.status.note = Note(text, kind, hint)  # type: ignore[arg-type]


DESCRIBED = {
    "plain": "as they are",
    "background": "in the shade of their probability",
    "underline": "underlined where they surprise",
    "number": "with a number each",
}
