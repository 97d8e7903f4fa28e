"""The document: written in an editor, read in a transcript, of which one is seen; empty, it welcomes."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from playground.ui.tui.pieces import Piece
from playground.ui.tui.widgets.editor import Editor
from playground.ui.tui.widgets.transcript import Transcript
from playground.ui.tui.widgets.welcome import Welcome


class Page(Vertical):
    """One document. What the tree holds is given to it; it tells what is written and not in the tree."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = ""
        """The text of the tree when it was last told."""
        self.editor = Editor(id="editor", placeholder="Write something…")
        self.transcript = Transcript(id="transcript")

    def compose(self) -> ComposeResult:
        yield Welcome()
        yield self.editor
        yield self.transcript

    @property
    def reading(self) -> bool:
        """Whether the transcript is seen, not the editor."""
        return self.has_class("-reading")

    @property
    def text(self) -> str:
        """The document as it is seen."""
        return self.known if self.reading else self.editor.document_text

    @property
    def unsaved(self) -> str | None:
        """What stands in the editor and not in the tree."""
        text = self.editor.document_text
        return None if self.reading or text == self.known else text

    @property
    def text_before_cursor(self) -> str | None:
        """The document up to the cursor; None where that is at its end."""
        if not self.reading:
            return self.editor.text_before_cursor
        if self.transcript.cursor is None:
            return None
        upto = self.transcript.pieces[: self.transcript.cursor + 1]
        return "".join(piece.text for piece in upto)

    def read(self, known: str, pieces: Sequence[Piece]) -> None:
        """Show the text of the tree, which is `known` and these pieces."""
        self.known = known
        self.transcript.show(pieces)
        self.read_on()
        self.show_emptiness()

    def write(self, known: str, text: str | None = None) -> None:
        """Edit `text`, or what the tree holds."""
        self.known = known
        self.editor.put(known if text is None else text)
        self.transcript.cursor = None
        had_focus = self.transcript.has_focus
        self.remove_class("-reading")
        if had_focus or self.screen.focused is None:
            self.screen.set_focus(self.editor)
        self.show_emptiness()

    def hand_over(self, document: str | None, pieces: Sequence[Piece]) -> None:
        """From now on the text is the tree's: nothing can be typed that the tree would not have.

        `document` is what the tree is about to hold, None for what it holds: these pieces.
        """
        if document is not None and document.startswith(self.known):
            rest = document[len(self.known) :]
            self.transcript.show([*pieces, Piece(rest)] if rest else pieces)
        elif document is not None:
            self.transcript.show([Piece(document)])
        self.read_on()

    def read_on(self) -> None:
        """Show the transcript as it is, at its end."""
        if self.reading:
            return
        writing = self.editor.has_focus
        self.add_class("-reading")
        if writing or self.screen.focused is None:
            self.screen.set_focus(self.transcript)
        self.transcript.scroll_end(animate=False)

    def show_emptiness(self) -> None:
        """Welcome the user where there is no text."""
        empty = not self.transcript.pieces if self.reading else not self.editor.text
        self.set_class(empty, "-empty")
