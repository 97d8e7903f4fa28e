"""`playground strategies`: what a chain can be made of, as the classes of plugins declare it."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from playground.ui.cli import complete
from playground.ui.cli.common import App, json_option, print_json, print_table, write_line

if TYPE_CHECKING:
    from playground.api import Option
    from playground.plugins import Plugins
    from playground.registry import Registry

TAKES_OPTIONS = {"strategy": "ends a chain", "processor": "stands before the strategy"}


@click.group("strategies")
def command() -> None:
    """List and explain decoding strategies and processors: the stages of a chain."""


@command.command("list")
@json_option
@click.pass_obj
def list_stages(app: App, as_json: bool) -> None:
    """All stages: strategies, which own the loop, and processors, which narrow the candidates."""
    rows = [_described(kind, name, found) for kind, name, found in _stages(app.session().plugins)]
    if as_json:
        print_json(rows)
        return
    print_table(("name", "kind", "summary"), [tuple(row.values()) for row in rows])


@command.command()
@click.argument("name", shell_complete=complete.stages)
@json_option
@click.pass_obj
def show(app: App, name: str, as_json: bool) -> None:
    """What one stage computes, and its options: type, range, default, meaning."""
    from playground.api.options import details_of, options_of

    kind, name, registry = _find(app.session().plugins, name)
    stage = registry[name]
    about = _described(kind, name, registry)
    about |= {"plugin": registry.owner(name), "aliases": list(registry.aliases(name))}
    about["details"] = list(details_of(stage))
    options = [_option(option) for option in options_of(stage)]
    if as_json:
        print_json({**about, "options": options})
        return
    write_line(f"{name} · {kind} of plugin {about['plugin']}, {TAKES_OPTIONS[kind]}")
    if about["aliases"]:
        write_line(f"also called {', '.join(about['aliases'])}")
    write_line(about["summary"])
    for paragraph in about["details"]:
        write_line(paragraph)
    if options:
        write_line()
        print_table(("option", "type", "range", "default", "help"), [_cells(o) for o in options])


def _stages(plugins: Plugins) -> Iterator[tuple[str, str, Registry[Any]]]:
    for registry in (plugins.strategies, plugins.processors):
        for name in registry:
            yield registry.kind, name, registry


def _find(plugins: Plugins, name: str) -> tuple[str, str, Registry[Any]]:
    """The kind, own name and registry of a stage by name or alias. Raises UnknownName."""
    from playground.api import UnknownName
    from playground.registry import did_you_mean

    for registry in (plugins.strategies, plugins.processors):
        if name in registry:
            own = next((n for n in registry if name in registry.aliases(n)), name)
            return registry.kind, own, registry
    near = did_you_mean(name, [stage for _, stage, _ in _stages(plugins)])
    raise UnknownName(
        f"there is no strategy or processor {name!r}", near or "playground strategies list"
    )


def _described(kind: str, name: str, registry: Registry[Any]) -> dict[str, Any]:
    from playground.api.options import summary_of

    return {"name": name, "kind": kind, "summary": summary_of(registry[name])}


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "type": type_name(option.type),
        "range": option.range,
        "required": option.required,
        "default": None if option.required else option.default,
        "help": option.help,
    }


def _cells(option: dict[str, Any]) -> tuple[str, ...]:
    default = "(must be given)" if option["required"] else _written(option["default"])
    return (option["name"], option["type"], option["range"], default, option["help"])


def _written(value: Any) -> str:
    """A value as a chain writes it."""
    return str(value).lower() if isinstance(value, bool) or value is None else repr(value)


def type_name(kind: Any) -> str:
    """An annotation for people: `int`, `float or none`, `tuple of int`, `a or b` of a Literal."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is type(None):
        return "none"
    if origin is None:
        return str(getattr(kind, "__name__", kind))
    if origin is typing.Literal:
        return " or ".join(map(str, arguments))
    if origin is typing.Annotated:
        return type_name(arguments[0])
    names = [type_name(argument) for argument in arguments if argument is not Ellipsis]
    if origin in (tuple, list, set, frozenset, dict):
        return f"{origin.__name__} of {' to '.join(dict.fromkeys(names))}"
    return " or ".join(names)
