"""The help, made of the action table: all commands by group, or all that is known of one."""

from __future__ import annotations

from collections.abc import Mapping

from playground.api.actions import GROUPS, Action, Argument
from playground.api.outputs import Note, Output, Table
from playground.session.actions.line import described, find


def help_on(command: str | None, actions: Mapping[str, Action]) -> list[Output]:
    """The help on a command, or the list of them. Raises UnknownName."""
    if command is None:
        return [*_all(actions)]
    return _one(find(command.removeprefix("/"), actions))


def _all(actions: Mapping[str, Action]) -> list[Output]:
    rows = [
        (group if place == 0 else "", action.usage, action.summary)
        for group, members in in_groups(actions).items()
        for place, action in enumerate(members)
    ]
    return [
        Table(("", "command", "what it does"), tuple(rows)),
        Note("any other line is a text to go on from; an empty line goes on; the beginning of a "
             "command's name is enough", "notice"),
    ]  # fmt: skip


def _one(action: Action) -> list[Output]:
    shown: list[Output] = [Note(action.usage), Note(action.summary)]
    if action.details:
        shown.append(Note(action.details))
    if action.aliases:
        shown.append(Note("also called " + ", ".join(f"/{name}" for name in action.aliases)))
    if action.arguments:
        rows = tuple((a.name, takes(a), a.help) for a in action.arguments)
        shown.append(Table(("argument", "takes", "what it is"), rows))
    return shown


def takes(argument: Argument) -> str:
    """What an argument can be, for people."""
    kind = " or ".join(argument.choices) or described(argument.type)
    return f"{kind}, or nothing" if argument.optional else kind


def in_groups(actions: Mapping[str, Action]) -> dict[str, list[Action]]:
    """Actions by group, groups in the order of the help."""
    different = {action.name: action for action in actions.values()}.values()
    groups = dict.fromkeys((*GROUPS, *(action.group for action in different)))
    found = {group: [a for a in different if a.group == group] for group in groups}
    return {group: members for group, members in found.items() if members}
