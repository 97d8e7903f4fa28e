"""All that is known of a stage, as one value: for `strategies show`, its JSON and the page of all stages.

It says nothing itself: summary, details and options are the class's docstring and fields, the rest is its
`about`.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import msgspec

from playground.api.errors import UnknownName
from playground.api.options import Option, details_of, options_of, summary_of
from playground.explain.examples import Example, example_of
from playground.plugins import Plugins
from playground.registry import Registry, did_you_mean

GROUPS = {"strategy": "Strategies", "processor": "Others"}
"""Where a stage stands that names no group."""


class ExplainedOption(msgspec.Struct, frozen=True):
    """One option: its type and range for people."""

    name: str
    type: str
    range: str
    required: bool
    default: Any
    help: str

    def cells(self) -> tuple[str, ...]:
        """name, type, range, default, help, as a table has them."""
        default = "(must be given)" if self.required else written(self.default)
        return (self.name, self.type, self.range, default, self.help)


class Explained(msgspec.Struct, frozen=True):
    """A processor or strategy."""

    name: str
    kind: str
    summary: str
    plugin: str
    aliases: tuple[str, ...]
    group: str
    details: tuple[str, ...]
    formula: str
    source: str
    elsewhere: str
    neutral: str
    options: tuple[ExplainedOption, ...]
    example: Example


def all_stages(plugins: Plugins) -> Iterator[tuple[str, Registry[Any]]]:
    """The name and registry of every stage: strategies, then processors."""
    for registry in (plugins.strategies, plugins.processors):
        for name in registry:
            yield name, registry


def find(name: str, plugins: Plugins) -> tuple[str, Registry[Any]]:
    """The own name and registry of a stage by name or alias. Raises UnknownName."""
    for registry in (plugins.strategies, plugins.processors):
        if name in registry:
            return next((n for n in registry if name in registry.aliases(n)), name), registry
    near = did_you_mean(name, [stage for stage, _ in all_stages(plugins)])
    raise UnknownName(
        f"there is no strategy or processor {name!r}", near or "playground strategies list"
    )


def explain(name: str, registry: Registry[Any], plugins: Plugins) -> Explained:
    """All that is known of the stage `name`."""
    cls = registry[name]
    about = cls.about
    return Explained(
        name=name,
        kind=registry.kind,
        summary=summary_of(cls),
        plugin=registry.owner(name),
        aliases=registry.aliases(name),
        group=about.group or GROUPS[registry.kind],
        details=details_of(cls),
        formula=about.formula,
        source=about.source,
        elsewhere=about.elsewhere,
        neutral=about.neutral,
        options=tuple(_option(option) for option in options_of(cls)),
        example=example_of(name, cls, plugins),
    )


def _option(option: Option) -> ExplainedOption:
    default = None if option.required else option.default
    return ExplainedOption(
        option.name, type_name(option.type), option.range, option.required, default, option.help
    )


def written(value: Any) -> str:
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
