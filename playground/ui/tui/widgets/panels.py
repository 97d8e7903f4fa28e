"""The panels beside the document, and what each of them is given to show."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from playground.ui.tui.looking import Choices
from playground.ui.tui.paint import Measure, View
from playground.ui.tui.pieces import Piece
from playground.ui.tui.widgets.candidates import Candidate, Candidates
from playground.ui.tui.widgets.chain_panel import ChainPanel
from playground.ui.tui.widgets.legend import Legend
from playground.ui.tui.widgets.surprise import Surprise
from playground.ui.tui.widgets.template_panel import TemplatePanel

EXPECTING = "what the model expects, when it is there"


class Panels(VerticalScroll, can_focus=False):
    """The chain, candidates for a token, surprise, the template."""

    def compose(self) -> ComposeResult:
        yield ChainPanel(id="chain")
        yield Candidates(id="next")
        with Vertical(id="shades"):
            yield Surprise(id="surprise")
            yield Legend()
        yield TemplatePanel(id="template")

    def on_mount(self) -> None:
        self.query_one("#shades").border_title = "Surprise"
        self.query_one(Candidates).show("Next token", (), EXPECTING)

    def show_choices(self, choices: Choices) -> None:
        self.query_one(ChainPanel).show(choices.chain, choices.classes)
        self.query_one(TemplatePanel).form = choices.template

    def show_following(self, rows: tuple[Candidate, ...]) -> None:
        """What the model expects after the text."""
        self.query_one(Candidates).show("Next token", rows)

    def show_alternatives(self, rows: tuple[Candidate, ...]) -> None:
        """What could have been said instead of the token that is looked at."""
        hint = "" if rows else "no alternatives are known"
        self.query_one(Candidates).show("Instead of this token", rows, hint)

    def show_surprise(self, pieces: Sequence[Piece], cursor: int | None) -> None:
        self.query_one(Surprise).show(pieces, cursor)

    def show_scale(self, view: View, measure: Measure) -> None:
        """What the shades mean, where there are any."""
        legend = self.query_one(Legend)
        legend.view, legend.measure = view, measure
        self.set_class(view in ("background", "underline"), "-shaded")
