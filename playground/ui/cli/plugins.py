"""`playground plugins`: which plugins there are and what they bring, whether one is sound, a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli.common import App, json_option, print_json, print_table, warn, write_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from playground.plugins import Loaded, Plugins, Quarantined
    from playground.testing.laws import Verdict

KINDS = ("processor", "strategy", "template", "backend", "action", "inspector", "command")


@click.group("plugins")
def command() -> None:
    """List, check and create plugins."""


@command.command("list")
@json_option
@click.pass_obj
def list_plugins(app: App, as_json: bool) -> None:
    """The plugins that work, with what they register, and those that were set aside, with why."""
    plugins = _plugins(app)
    if as_json:
        quarantined = [_without_traceback(broken) for broken in plugins.quarantined]
        print_json({"loaded": plugins.loaded, "quarantined": quarantined})
        return
    print_table(
        ("name", "version", "source", "registers"),
        [(p.name, p.version or "-", p.source, _counted(p.registers)) for p in plugins.loaded],
    )
    for broken in plugins.quarantined:
        warn(str(broken), f"playground plugins show {broken.name}")


@command.command()
@click.argument("name")
@json_option
@click.pass_obj
def show(app: App, name: str, as_json: bool) -> None:
    """What one plugin registers; of one that was set aside, the traceback."""
    from playground.plugins import Quarantined
    from playground.session.plugin_facts import offers

    plugins = _plugins(app)
    found = _find(plugins, name)
    if as_json:
        print_json(found)
    elif isinstance(found, Quarantined):
        write_line(f"{found}\n\n{found.traceback.rstrip()}")
    else:
        write_line(f"{found.name} {found.version}".strip() + f" · from {found.source}")
        for kind, rows in offers(plugins, found):
            write_line()
            print_table((kind, "summary"), rows)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def check(file: Path, as_json: bool) -> int:
    """Load a plugin file and run the laws of its kind on all that it registers.

    Exit code 4 where a law fails.
    """
    from playground.api import PluginFailed
    from playground.testing.check import check_file

    found = list(check_file(file))
    found += _hidden(found)
    if as_json:
        print_json(found)
    else:
        for thing, laws in _by_thing(found).items():
            _report(thing, laws)
    return PluginFailed.exit_code if any(v.result == "failed" for v in found) else 0


@command.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the plugin brings.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    show_default="this folder",
    help="Where to write it.",
)
@click.pass_obj
def new(app: App, name: str, kind: str, folder: Path) -> None:
    """Write a working plugin to start from, and its test."""
    from playground.api import InvalidInput
    from playground.scaffold import write_plugin

    if name.replace("_", "-") in _built_in().get(kind, ()):
        raise InvalidInput(f"there is already a built-in {kind} {name!r}", "choose another name")
    written = write_plugin(name, kind, folder, _plugins(app))
    for file in written.files:
        write_line(str(file))
    for step in written.next_steps:
        write_line(f"next: {step}")


def _plugins(app: App) -> Plugins:
    """All plugins; one that is broken is shown here even where it is fatal elsewhere."""
    from playground.plugins import load_plugins

    return load_plugins(app.settings().plugin_folders)


def _find(plugins: Plugins, name: str) -> Loaded | Quarantined:
    from playground.api import UnknownName
    from playground.registry import did_you_mean

    everything: list[Any] = [*plugins.loaded, *plugins.quarantined]
    for plugin in everything:
        if plugin.name == name:
            found: Loaded | Quarantined = plugin
            return found
    near = did_you_mean(name, [plugin.name for plugin in everything])
    raise UnknownName(f"there is no plugin {name!r}", near or "playground plugins list")


def _without_traceback(broken: Quarantined) -> dict[str, str]:
    return {"name": broken.name, "source": broken.source, "reason": broken.reason}


def _counted(registers: dict[str, list[str]]) -> str:
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in registers.items())


def _by_thing(found: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    things: dict[str, list[Verdict]] = {}
    for verdict in found:
        things.setdefault(verdict.thing, []).append(verdict)
    return things


def _hidden(found: Iterable[Verdict]) -> list[Verdict]:
    """A failure for each command and action of a plugin that a built-in one of its name hides."""
    from playground.testing.laws import Verdict

    own = {f"{kind} {name}" for kind, names in _built_in().items() for name in names}
    hidden = sorted(own & {verdict.thing for verdict in found})
    return [
        Verdict(thing, "can be called", "failed", "a built-in has its name") for thing in hidden
    ]


def _built_in() -> dict[str, Collection[str]]:
    """Names that those of plugins never hide."""
    from playground.session.actions.table import BUILT_IN
    from playground.ui.cli.app import COMMANDS

    return {"command": COMMANDS, "action": BUILT_IN}


def _report(thing: str, laws: list[Verdict]) -> None:
    held = sum(verdict.result == "held" for verdict in laws)
    others = [verdict for verdict in laws if verdict.result != "held"]
    if not others:
        write_line(f"ok       {thing}: {held} checks passed")
    for verdict in others:
        write_line(f"{verdict.result:8} {thing}: {verdict.law}: {verdict.detail}")
