"""Every key and every action, made from their tables; first of all those of the part one comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Footer

from playground.api.actions import GROUPS, Action
from playground.api.outputs import Note, Output, Passage, Piece, Table
from playground.ui.tui.key_table import KEYS, PLACES
from playground.ui.tui.keys import readable
from playground.ui.tui.widgets.pager import Pager

INTRODUCTION = {
    "document": "The document as it was said. The arrows walk its tokens; a digit takes another one, "
    "and branches.",
    "chain": "The chain: processors in the order in which they apply, then the strategy. A stage that "
    "is off keeps its place.",
    "template": "The template: text around what is asked, examples, variables. Filled, it becomes a "
    "text of its own.",
    "tree": "Every try is a node. Nothing is overwritten: going elsewhere and deleting can be undone.",
    "models": "The models there are: bundled, in your folders, of the hub.",
    "templates": "Templates: a form of text around what is written. The page shows one filled, and its "
    "source.",
    "plugins": "Plugins: what each one brings. A file that is saved is loaded again; of a broken one the "
    "version before stays.",
    "train": "The trainings: each a process of its own, which goes on when the app is left.",
    "compare": "The document gone on with in several ways at once, a row each. What a row leaves open is "
    "as it is chosen; all draw with the same noise, so where texts part, the row did it.",
    "columns": "The texts of the comparison. What they have in common is dim; where they part is marked.",
    "inspect": "The document, or a text that is typed, looked at by inspectors; plugins bring more of them.",
    "looked": "The text that is inspected. The arrows walk its tokens; what is told of them follows.",
    "pager": "What an action told.",
    "app": "The editor: write, then let the model go on. What was written becomes a node of the tree.",
}


class HelpScreen(ModalScreen[None]):
    """To be read, and closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1", "dismiss", "close", id="help.close")
    ]

    def __init__(
        self, place: str, actions: Mapping[str, Action], chosen: Mapping[str, str]
    ) -> None:
        """`place`: where the user is; `chosen`: the keys of the configuration."""
        super().__init__()
        self._place = place
        self._actions = actions
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        yield Pager(help_on(self._place, self._actions, self._chosen))
        yield Footer(compact=True, show_command_palette=False)


def help_on(
    place: str, actions: Mapping[str, Action], chosen: Mapping[str, str]
) -> Iterator[Output]:
    """The page, the keys of `place` first."""
    yield _heading(INTRODUCTION[place])
    for each in dict.fromkeys((place, *PLACES)):
        yield _heading("\n" + PLACES[each])
        yield keys_table(each, chosen)
    yield _heading("\nCommands: ctrl+p finds them, ctrl+o lets you type them")
    yield actions_table(actions)
    yield Note("\n[keys] in config.toml gives a key by its name to other fingers", "text")


def keys_table(place: str, chosen: Mapping[str, str]) -> Table:
    rows = tuple(
        (readable(chosen.get(key.id, key.key)), key.id, key.about)
        for key in KEYS
        if key.place == place
    )
    return Table(("key", "name", "what it does"), rows)


def actions_table(actions: Mapping[str, Action]) -> Table:
    """Every action, group by group."""
    different = {action.name: action for action in actions.values()}.values()
    order = {group: place for place, group in enumerate(GROUPS)}
    by_group = sorted(different, key=lambda action: order.get(action.group, len(order)))
    rows = tuple((action.usage, action.group, action.summary) for action in by_group)
    return Table(("command", "group", "what it does"), rows)


def _heading(text: str) -> Passage:
    return Passage((Piece(text, "bold"),))
