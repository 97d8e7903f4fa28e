"""What the shell offers after an option: names of models, templates and stages.

A completion that fails offers nothing: the shell's prompt is no place for an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from playground.session.client import Session

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def words(*choices: str) -> Completer:
    """Offers fixed words."""
    return lambda context, parameter, incomplete: _starting(choices, incomplete)


def _from_session(names: Callable[[Session], Iterable[str]], folders: bool = False) -> Completer:
    def complete(
        context: click.Context, _: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        if folders and "/" in incomplete:
            return [CompletionItem(incomplete, type="file")]
        try:
            found = list(names(context.find_root().obj.session(announce=False)))
        except Exception:
            return []
        return _starting(found, incomplete)

    return complete


def _starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


models = _from_session(
    lambda session: [entry.name for entry in session.catalog.entries()], folders=True
)
templates = _from_session(lambda session: session.prompts.entries(), folders=True)
strategies = _from_session(lambda session: session.plugins.strategies)
stages = _from_session(lambda session: [*session.plugins.strategies, *session.plugins.processors])
trainers = _from_session(lambda session: session.plugins.trainers)
