"""The form that begins a training: a recipe, files, and what is to be another than the recipe says."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import DataTable, Footer, Input, Label

from playground.api.outputs import Note
from playground.session.actions.completing import files
from playground.ui.tui import training_form
from playground.ui.tui.desk import Answered, Desk
from playground.ui.tui.training_form import Filled, Recipe
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.row_table import Line, RowTable
from playground.ui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

COLUMNS = ("recipe", "what it makes")
FIELDS = (
    ("files", "texts, CSV or JSONL; → takes what is suggested"),
    ("steps", "as the recipe says"),
    ("out", "where models are found by name"),
    ("fields", "--batch-size 8 and the like, of those below"),
)
"""What is typed, and what stands there while nothing is."""


class FileSuggester(Suggester):
    """The file that the last word begins."""

    async def get_suggestion(self, value: str) -> str | None:
        typed = value.rpartition(" ")[2]
        if not typed:
            return None
        try:
            found = next((name for name, _ in files(typed) if name.startswith(typed)), None)
        except OSError:
            return None  # there is no such folder
        return None if found is None else value.removesuffix(typed) + found


class BeginTrainingScreen(ModalScreen[str | None]):
    """Ends with a line of `/train`; None where the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "leave", id="begin.leave"),
        Binding("ctrl+g", "begin", "begin", id="begin.begin"),
        Binding("tab", "app.focus_next", "next", id="begin.next"),
        Binding("shift+tab", "app.focus_previous", show=False, id="begin.previous"),
    ]

    def __init__(self, bench: Workbench, desk: Desk) -> None:
        super().__init__()
        self._bench = bench
        self._desk = desk
        self._recipes: dict[str, Recipe] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="form"):
            yield Label(" Begin a training", classes="title", markup=False)
            yield RowTable(COLUMNS, id="recipes")
            for name, empty in FIELDS:
                with Horizontal(classes="field"):
                    yield Label(name, markup=False)
                    yield Input(
                        id=name,
                        placeholder=empty,
                        suggester=FileSuggester(use_cache=False) if name == "files" else None,
                    )
            yield StatusLine()
            yield Pager(id="options")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(RowTable).focus()
        self._desk.ask("recipes", lambda: training_form.recipes_of(self._bench))

    def answered(self, answer: Answered) -> None:
        if answer.name == "recipes" and answer.value is not None:
            self._recipes = {recipe.name: recipe for recipe in answer.value}
            lines = [Line(each.name, (each.name, each.summary)) for each in answer.value]
            self.query_one(RowTable).fill(lines, None)
        elif answer.name == "order" and answer.failure is not None:
            self.query_one(StatusLine).note = answer.failure
        elif answer.name == "order" and answer.value is not None:
            self.dismiss(answer.value)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show what the recipe does by itself."""
        recipe = self._recipes.get(self.query_one(RowTable).chosen or "")
        if recipe is None:
            return
        empty = dict(FIELDS)
        self.query_one("#files", Input).placeholder = recipe.data or empty["files"]
        self.query_one("#steps", Input).placeholder = recipe.steps or empty["steps"]
        self.query_one("#options", Pager).show([recipe.fields])

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.query_one("#files", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_begin()

    def action_begin(self) -> None:
        """Begin it, if that can be."""
        recipe = self.query_one(RowTable).chosen
        if recipe is None:
            return
        typed = {name: self.query_one(f"#{name}", Input).value for name, _ in FIELDS}
        filled = Filled(recipe, **typed)
        self.query_one(StatusLine).note = Note("checking…", "notice")

        def checked() -> str:
            training_form.check(self._bench, filled)
            return filled.line

        self._desk.ask("order", checked)
