"""The command palette: every action of the action table, and every key that is no action of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from playground.api.actions import Action
from playground.session.safe_text import one_line
from playground.ui.tui.key_table import KEYS
from playground.ui.tui.keys import readable

if TYPE_CHECKING:
    from playground.ui.tui.app import PlaygroundApp

SCREEN_ONLY = ("app",)
"""Keys of these places can be chosen by name: they hold everywhere."""


class ActionProvider(Provider):
    """Finds actions by their names and by what they do."""

    async def discover(self) -> Hits:
        for text, help_, run in self.entries():
            yield DiscoveryHit(Content(text), run, text=text, help=help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for text, help_, run in self.entries():
            score = matcher.match(f"{text} {help_}")
            if score > 0:
                yield Hit(score, Content(text), run, text=text, help=help_)

    def entries(self) -> Iterator[tuple[str, str, partial[Any]]]:
        """What is seen, what it does as markup of Textual's, and what choosing it runs."""
        app = cast("PlaygroundApp", self.app)
        for key in KEYS:
            if key.place in SCREEN_ONLY and not key.command and key.id != "app.palette":
                shown = (
                    f"{key.label.capitalize()}  {readable(app.chosen_keys.get(key.id, key.key))}"
                )
                yield shown, escape(key.about), partial(app.press, key)
        for action in app.known_actions():
            yield (
                one_line(action.usage),
                escape(one_line(action.summary)),
                partial(app.choose_action, action),
            )


def needs_more(action: Action) -> bool:
    """Whether an action can not be run without something being typed."""
    return any(not argument.optional for argument in action.arguments)
