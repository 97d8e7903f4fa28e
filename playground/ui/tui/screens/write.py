"""Writing: one document, a model that goes on with it, and what it thought of every token.

The document is written in the editor and read in the transcript, which is where it streams. Handlers change
what is shown; whatever has to be computed or waited for is asked of the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, TextArea

from playground.api.outputs import Note
from playground.session.actions.table import BUILT_IN
from playground.ui.tui import looking
from playground.ui.tui.desk import Answered, Desk, Told
from playground.ui.tui.keys import BY_ID, key_of
from playground.ui.tui.looking import Choices, TextFacts
from playground.ui.tui.messages import Run, ShowAnswer
from playground.ui.tui.paint import MEASURES, VIEWS
from playground.ui.tui.pieces import Piece, pieces_of
from playground.ui.tui.streaming import Frame, Streaming
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.candidates import Candidate, Candidates
from playground.ui.tui.widgets.chain_panel import ChainPanel
from playground.ui.tui.widgets.editor import Editor
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
        self._known = bench.text
        """What the editor held when it was filled from the tree."""
        self._generating = False
        self._ask_model = False
        """Whether the model may be asked for what nobody pressed a key for."""
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TopBar()
        yield PanelTabs()
        with Horizontal(id="body"):
            with Vertical(id="page"):
                yield Welcome()
                yield Editor(id="editor", placeholder="Write something…")
                yield Transcript(id="transcript")
            yield Panels(id="panels")
        yield Banner()
        yield StatusLine(id="lint")
        yield StatusLine(id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        keys = self._bench.settings.keys
        edit = keys.get("document.edit", BY_ID["document.edit"].key)
        self.transcript.edit_keys = tuple(edit.split(","))
        self.query_one(Welcome).keys = tuple((key_of(id_, keys), what) for id_, what in WELCOMING)
        self.editor.put(self._known)
        if self._known:
            self.read()
        else:
            self.set_focus(self.editor)
        self._show_emptiness()
        self._show_place()
        if self.app.no_color:
            self.transcript.view = "underline"
        self._show_view()

    # Its parts

    @property
    def editor(self) -> Editor:
        return self.query_one("#editor", Editor)

    @property
    def transcript(self) -> Transcript:
        return self.query_one("#transcript", Transcript)

    @property
    def status(self) -> StatusLine:
        return self.query_one("#status", StatusLine)

    @property
    def panels(self) -> Panels:
        return self.query_one(Panels)

    @property
    def reading(self) -> bool:
        """Whether the transcript is seen, not the editor."""
        return self.has_class("-reading")

    @property
    def unsaved(self) -> str | None:
        """What stands in the editor and not in the tree."""
        text = self.editor.document_text
        return None if self.reading or text == self._known else text

    # Reading and writing

    def read(self) -> None:
        """Look at the text that is in the tree."""
        self.transcript.show(self._pieces())
        self.read_on()
        self._show_emptiness()

    def write(self) -> None:
        """Edit it."""
        if self._desk.busy:
            return
        self._known = self._bench.text
        self.editor.put(self._known)
        self.transcript.cursor = None
        reading = self.transcript.has_focus
        self.remove_class("-reading")
        if reading or self.focused is None:
            self.set_focus(self.editor)
        if self.editor.kept_before:
            count = f"{len(self.editor.kept_before):,}"
            self._say(f"{count} characters before what is edited stay as they are", "notice")
        self._show_emptiness()

    def restore(self, text: str) -> None:
        """Edit a text that had not been kept."""
        self.write()
        self.editor.put(text)

    def generate(self, line: str = "", *, from_cursor: bool = False) -> None:
        """Let the model go on from the end, or from the cursor; or run a line that does."""
        if self._generating:
            self._say("the model is at it already", "notice", "esc stops it")
            return
        self._generating = True
        document = self.unsaved
        if from_cursor and not self.reading:
            document = self.editor.text_before_cursor
        elif from_cursor and self.transcript.cursor is not None:
            upto = self.transcript.pieces[: self.transcript.cursor + 1]
            document = "".join(piece.text for piece in upto)
        self.query_one(Banner).show("", "")
        self._hand_over(document)
        self._desk.do(line, document=document)

    def try_again(self) -> None:
        """Another try of the last continuation; after a failure, on from the text that is there."""
        self.generate("" if self.query_one(Banner).failure else "/retry")

    def begin(self) -> None:
        """A new, empty session; what is in the editor is kept in the one before."""
        document = self.unsaved
        self._hand_over(document)
        self._desk.do("/new", document=document)

    def run_line(self, line: str, *, shown: bool = False) -> None:
        """Run a line: on the document as it stands, where it is about the text."""
        if not is_about_text(line):
            self._desk.do(line, shown=shown)
            return
        document = self.unsaved
        self._hand_over(document)
        self._desk.do(line, document=document, shown=shown)

    def _hand_over(self, document: str | None) -> None:
        """From now on the text is the tree's: nothing can be typed that the tree would not have."""
        if document is None:
            self.read_on()
            return
        pieces = self._pieces()
        known = self._bench.text
        if document.startswith(known):
            rest = document[len(known) :]
            self.transcript.show([*pieces, Piece(rest)] if rest else pieces)
        else:
            self.transcript.show([Piece(document)])
        self.read_on()

    def read_on(self) -> None:
        """Show the transcript as it is, at its end."""
        if not self.reading:
            writing = self.editor.has_focus
            self.add_class("-reading")
            if writing or self.focused is None:
                self.set_focus(self.transcript)
            self.transcript.scroll_end(animate=False)

    def stop(self) -> bool:
        """Stop the model, or leave what one is in; False where there is nothing to leave."""
        if self._desk.stop():
            self._say("stopping…", "notice")
        elif self.query_one(Banner).failure:
            self.query_one(Banner).show("", "")
        elif self.transcript.cursor is not None:
            self.transcript.cursor = None
        elif not self.reading and not self._desk.busy:
            text = self.unsaved
            self._hand_over(text)
            if text is None:
                self.read()
            else:
                self._desk.do(document=text)
        else:
            return False
        return True

    def mend(self) -> None:
        """Take the white space away that the line under the text warns of."""
        lint = self.query_one("#lint", StatusLine)
        if lint.note is None or not lint.note.hint.endswith(MENDS):
            return
        text = self._bench.text if self.reading else self.editor.document_text
        self.restore(text.rstrip(" \t"))

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
        piece = self.transcript.pieces[place]
        number = self._bench.number(piece.node)
        self._desk.do(f"/goto {number}", f"/alt {piece.at} {rank}")

    def why(self) -> None:
        """Explain the token under the cursor."""
        place = self.transcript.cursor
        if place is None or self._desk.busy:
            self._say("no token is looked at", "notice", "← and → walk among them")
            return
        piece = self.transcript.pieces[place]
        node = self._bench.number(piece.node)
        here = self._bench.number(self._bench.tree.cursor)
        self._desk.do(f"/goto {node}", f"/why {piece.at}", f"/goto {here}", shown=True)

    def sibling(self, step: int) -> None:
        """Go to another try of the same place."""
        node = self._bench.node
        if node is None or self._desk.busy:
            return
        tries = self._bench.tree.siblings(node.id)
        place = [each.id for each in tries].index(node.id) + step
        if 0 <= place < len(tries):
            self._desk.do(f"/goto {self._bench.number(tries[place].id)}")

    # Panels

    def next_panel(self) -> None:
        tabs = self.query_one(PanelTabs)
        self.show_panel(PANELS[(PANELS.index(tabs.chosen) + 1) % len(PANELS)])

    def show_panel(self, panel: str) -> None:
        """Of the panels that share the place of the text, show this one; where all have room, go to it."""
        self.query_one(PanelTabs).chosen = panel
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
        document = self.unsaved
        self._hand_over(document)
        self._desk.do("/goto 0", "", document=document)

    def on_run(self, message: Run) -> None:
        self.run_line(message.line, shown=message.shown)

    def on_candidates_taken(self, message: Candidates.Taken) -> None:
        self.take_alternative(message.rank)

    # The editor and the transcript

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        self._show_emptiness()
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
        if frame.continues:
            self.read()
            self.transcript.scroll_end(animate=False)
        if frame.pieces:
            self.transcript.append(frame.pieces)
            self.transcript.newest = len(self.transcript.pieces) - 1
            self.panels.show_surprise(self.transcript.pieces, None)
        if frame.draft is not None:
            self.transcript.set_draft(frame.draft)
        if frame.tokens is not None:
            self._show_tokens(frame.tokens)
        if frame.note is not None:
            self.status.note = frame.note
        if frame.failure is not None:
            self.query_one(Banner).show(frame.failure.text, frame.failure.hint)
        if frame.ends:
            self._end(frame)

    def _end(self, frame: Frame) -> None:
        """A job is done: what is shown is the tree again."""
        self.status.busy = ""
        self._generating = False
        if self.reading or self._bench.text != self._known:
            self._known = self._bench.text
            self.read()
            self.panels.show_surprise(self.transcript.pieces, self.transcript.cursor)
        if self.reading and not self._known:
            self.write()
        if frame.shown:
            self.post_message(ShowAnswer(frame.shown))
        self._show_place()
        self._ask_model = self._ask_model or self._bench.last is not None
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
        text = self._bench.text if self.reading else self.editor.document_text
        top = self.query_one(TopBar)
        top.characters = len(text)
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
        if facts.text != (self._bench.text if self.reading else self.editor.document_text):
            return  # it was written on meanwhile
        top = self.query_one(TopBar)
        top.limit = facts.limit
        self._show_tokens(facts.tokens)
        lint = self.query_one("#lint", StatusLine)
        first = next(iter(facts.warnings), None)
        mends = f"{self._key('app.mend')}{MENDS}"
        lint.note = None
        if first is not None:
            mended = first.code == "trailing-space"
            lint.note = Note(first.message, "warning", mends * mended)
        lint.set_class(first is not None, "-shown")
        if self.transcript.cursor is None and facts.following:
            self.panels.show_following(facts.following)

    def _show_alternatives(self, piece: Piece, rows: tuple[Candidate, ...]) -> None:
        place = self.transcript.cursor
        if place is not None and self.transcript.pieces[place] is piece:
            self.panels.show_alternatives(rows)

    def _show_tokens(self, count: int | None) -> None:
        self.query_one(TopBar).tokens = count

    def _show_place(self) -> None:
        bench, top = self._bench, self.query_one(TopBar)
        node = bench.node
        top.model = bench.choices.model
        top.template = bench.choices.template or ""
        tries = bench.tree.siblings(node.id) if node else []
        at = f" · try {[n.id for n in tries].index(node.id) + 1} of {len(tries)}" if node else ""
        name = f" {node.name}" if node and node.name else ""
        top.place = f"node {bench.number(node.id)}{name}{at * (len(tries) > 1)}" if node else ""
        top.characters = len(bench.text)
        end = bench.last.finished if bench.last else None
        top.rate = (
            f"{end.tokens / end.seconds:,.0f}/s" if end and end.tokens and end.seconds else ""
        )

    def _show_emptiness(self) -> None:
        empty = not self._bench.text if self.reading else not self.editor.text
        self.set_class(empty, "-empty")

    def _pieces(self) -> list[Piece]:
        return list(pieces_of(self._bench.tree.path(self._bench.tree.cursor)))

    def _say(self, text: str, kind: str, hint: str = "") -> None:
        self.status.note = Note(text, kind, hint)  # type: ignore[arg-type]

    def _key(self, id_: str) -> str:
        return key_of(id_, self._bench.settings.keys)


def is_about_text(line: str) -> bool:
    """Whether a line may read or change the document; those of plugins may."""
    name = line.removeprefix("/").partition(" ")[0]
    action = BUILT_IN.get(name) if line.startswith("/") else None
    return action is None or not {action.group, action.name} & NOT_ABOUT_TEXT


NOT_ABOUT_TEXT = {"model", "chain", "request", "program", "p", "shots"}
MENDS = " takes it away"
DESCRIBED = {
    "plain": "as they are",
    "background": "in the shade of their probability",
    "underline": "underlined where they surprise",
    "number": "with a number each",
}
