"""All actions: the built-in ones, group by group, and those that plugins registered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from playground.api.actions import Action
from playground.session.actions import (
    chain,
    compare,
    files,
    history,
    look,
    memory,
    model,
    program,
    request,
    step,
    template,
    text,
    train,
    tree,
)

if TYPE_CHECKING:
    from playground.plugins import Plugins

ACTIONS: tuple[Action, ...] = (
    *text.ACTIONS,
    *step.ACTIONS,
    *tree.ACTIONS,
    *look.ACTIONS,
    *memory.ACTIONS,
    *compare.ACTIONS,
    *model.ACTIONS,
    *train.ACTIONS,
    *chain.ACTIONS,
    *request.ACTIONS,
    *template.ACTIONS,
    *history.ACTIONS,
    *files.ACTIONS,
    *program.ACTIONS,
)


def by_name(actions: Iterable[Action]) -> dict[str, Action]:
    """Actions by name and alias; the first of a name is the one that it means."""
    found: dict[str, Action] = {}
    for action in actions:
        for name in (action.name, *action.aliases):
            found.setdefault(name, action)
    return found


BUILT_IN = by_name(ACTIONS)


def with_those_of(plugins: Plugins) -> dict[str, Action]:
    """The built-in actions, then those of plugins, which hide none of them."""
    return by_name([*ACTIONS, *plugins.actions.values()])
