"""How an option declares its type, range, default and help: once, as an annotated field of a frozen Struct.

Chains, flags, completion, validation messages and generated documentation all read it from here.
"""

from __future__ import annotations

import math
import re
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NewType, TypeVar

import msgspec
from msgspec import Meta

from playground.api.errors import InvalidInput

__all__ = [
    "Meta",
    "ModelName",
    "Option",
    "build",
    "details_of",
    "models_of",
    "name_of",
    "options_of",
    "range_of",
    "summary_of",
]

S = TypeVar("S", bound=msgspec.Struct)
ModelName = NewType("ModelName", str)
"""The type of an option that calls a second model as `-m` does; it is loaded beside the first."""


class Option(msgspec.Struct, frozen=True):
    """One option of a processor, strategy or trainer, as its class declares it."""

    name: str
    type: Any
    """The annotation without its `Meta`."""
    default: Any
    """`msgspec.NODEFAULT` when the option must be given."""
    range: str
    """For people: `0 to 1`, `at least 1`, or nothing."""
    help: str

    @property
    def required(self) -> bool:
        return self.default is msgspec.NODEFAULT


def name_of(cls: type) -> str:
    """The name a plugin's class is known by: its own `name`, else its class name in snake_case."""
    own = cls.__dict__.get("name")
    if isinstance(own, str):
        return own
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


def summary_of(cls: type) -> str:
    """The first paragraph of the docstring, on one line."""
    return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())


def details_of(cls: type) -> tuple[str, ...]:
    """What follows the summary in the docstring, a paragraph on a line: formula, source, limits."""
    paragraphs = (cls.__doc__ or "").strip().split("\n\n")[1:]
    return tuple(" ".join(paragraph.split()) for paragraph in paragraphs)


def options_of(cls: type[msgspec.Struct]) -> tuple[Option, ...]:
    """The options that a Struct class declares, in order."""
    hints = _hints_of(cls)
    # Not by `msgspec.structs.fields`, which evaluates all annotations once more, at each start.
    names, defaults = cls.__struct_fields__, cls.__struct_defaults__
    filled = (msgspec.NODEFAULT,) * (len(names) - len(defaults)) + defaults
    pairs = zip(names, filled, strict=True)
    return tuple(_option(name, hints[name], default) for name, default in pairs)


@lru_cache(maxsize=256)  # asked for every option of every stage of a request
def _hints_of(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(cls, include_extras=True)


def _option(name: str, hint: Any, default: Any) -> Option:
    annotations = typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()
    metas = [meta for meta in annotations if isinstance(meta, Meta)]
    kind = typing.get_args(hint)[0] if annotations else hint
    if callable(factory := getattr(default, "factory", None)):
        default = factory()
    help_text = next((meta.description for meta in metas if meta.description), "")
    return Option(name, kind, default, range_of(metas), help_text)


def models_of(stage: msgspec.Struct) -> dict[str, str]:
    """The models that a stage's options call, by option."""
    return {name: getattr(stage, name) for name in _options_for_models(type(stage))}


@lru_cache(maxsize=256)  # asked for every request
def _options_for_models(cls: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(option.name for option in options_of(cls) if option.type is ModelName)


def range_of(metas: list[Meta]) -> str:
    """What a number may be, for people: `at least 1 and at most 5`, or nothing."""
    low = next((f"at least {m.ge:g}" for m in metas if m.ge is not None), "")
    low = next((f"more than {m.gt:g}" for m in metas if m.gt is not None), low)
    high = next((f"at most {m.le:g}" for m in metas if m.le is not None), "")
    high = next((f"less than {m.lt:g}" for m in metas if m.lt is not None), high)
    return " and ".join(part for part in (low, high) if part)


def build(cls: type[S], values: Mapping[str, Any]) -> S:
    """An instance of `cls` from plain values, validated against its declared types and ranges.

    Raises InvalidInput naming the option, what it takes and what it was given.
    """
    options = {option.name: option for option in options_of(cls)}
    for key, value in values.items():
        if key not in options:
            takes = ", ".join(options) or "no options"
            raise InvalidInput(f"{name_of(cls)} has no option {key!r}", f"it takes: {takes}")
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidInput(f"{name_of(cls)}: {key} must be a finite number, not {value}")
    missing = [o.name for o in options.values() if o.required and o.name not in values]
    if missing:
        wanted = ", ".join(_explained(options[name]) for name in missing)
        raise InvalidInput(f"{name_of(cls)} needs {', '.join(missing)}", f"give it {wanted}")
    for key, value in values.items():
        _check(cls, options[key], value)
    return msgspec.convert(dict(values), cls)


def _explained(option: Option) -> str:
    return f"{option.name} ({option.help})" if option.help else option.name


def _check(cls: type[msgspec.Struct], option: Option, value: Any) -> None:
    hint = _hints_of(cls)[option.name]
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        kind = getattr(option.type, "__name__", str(option.type))
        wanted = " ".join(part for part in (kind, option.range) if part)
        raise InvalidInput(
            f"{name_of(cls)}: {option.name} must be {wanted}, not {value!r}"
        ) from None
