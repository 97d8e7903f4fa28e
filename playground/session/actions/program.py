"""The program itself: settings, plugins, help, the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.outputs import Note, Output, Quit, Table
from playground.session import helping
from playground.session.choices import NAMES, written

if TYPE_CHECKING:
    from playground.plugins import Loaded
    from playground.session.workbench import Workbench

LOGGED = 40
"""Lines of each log that are shown."""


def set_value(bench: Workbench, given: Arguments) -> Iterator[Output]:
    name = given["name"]
    if name is not None and given["value"] is not None:
        bench.set(name, given["value"])
    shown = [each for each in NAMES if name in (None, each)]
    if not shown:
        bench.set(str(name), "")
    rows = tuple((each, written(bench.choices, each)) for each in shown)
    yield Table(("setting", "value"), rows)


def plugins(bench: Workbench, _: Arguments) -> Iterator[Output]:
    loaded = bench.plugins
    rows = tuple((p.name, p.version or "-", p.source, _kinds(p)) for p in loaded.loaded)
    yield Table(("name", "version", "source", "registers"), rows)
    for broken in loaded.quarantined:
        yield Note(str(broken), "warning", f"playground plugins show {broken.name}")


def _kinds(plugin: Loaded) -> str:
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in plugin.registers.items())


def reload(bench: Workbench, _: Arguments) -> Iterator[Output]:
    yield from bench.watch.reload() or [Note("no plugin has changed", "notice")]


def log(bench: Workbench, _: Arguments) -> Iterator[Output]:
    for line in bench.log[-LOGGED:]:
        yield Note(line, "text")
    file = bench.session.log_file()
    if file is not None and file.exists():
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-LOGGED:]
        yield Note(f"{file}:", "notice")
        for line in lines:
            yield Note(line, "text")
    elif not bench.log:
        yield Note("nothing was logged", "notice")


def show_help(bench: Workbench, given: Arguments) -> Iterator[Output]:
    return iter(helping.help_on(given["command"], bench.actions))


def leave(_: Workbench, __: Arguments) -> Iterator[Output]:
    yield Quit()


ACTIONS = (
    Action(
        name="set",
        group="program",
        summary="Set anything by its name, or show all settings.",
        arguments=(
            Argument(name="name", completer="settings", optional=True, help="A setting."),
            Argument(
                name="value", completer="values", rest=True, optional=True, help="Its new value."
            ),
        ),
        run=set_value,
    ),
    Action(
        name="plugins",
        group="program",
        summary="The plugins that work, and those that were set aside.",
        run=plugins,
    ),
    Action(
        name="reload",
        group="program",
        summary="Load changed plugins; of a broken one the version before stays.",
        details="Those in files of the plugin folders. An installed one, and the program itself, are loaded "
        "when the REPL is begun again; that one of them has changed is said.",
        run=reload,
    ),
    Action(
        name="log",
        group="program",
        summary="What was told, and the session process's log.",
        run=log,
    ),
    Action(
        name="help",
        aliases=("h",),
        group="program",
        summary="List the commands, or explain one.",
        arguments=(
            Argument(name="command", completer="actions", optional=True, help="A command."),
        ),
        run=show_help,
    ),
    Action(
        name="quit",
        aliases=("exit", "q"),
        group="program",
        summary="Leave; all is kept in the history.",
        run=leave,
    ),
)
