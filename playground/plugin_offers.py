"""What hooks may return, checked when a plugin is loaded, so that no fault of form waits for a step.

It does not know how plugins are found, nor what others registered.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import msgspec

from playground.api import hooks
from playground.api.actions import Action
from playground.api.commands import Command
from playground.api.decoding import Processor, Strategy
from playground.api.errors import PluginFailed
from playground.api.inspectors import Inspector
from playground.api.memory import MemoryCheck
from playground.api.model import ModelSource
from playground.api.options import name_of, options_of
from playground.api.template import Template
from playground.api.training import Trainer

IMPL = f"{hooks.PROJECT}_impl"
INSPECTOR_NAME = re.compile(r"[a-z][a-z0-9_]*")
ACTION_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Offer(msgspec.Struct, frozen=True):
    """One thing that a hook returned, under its name."""

    name: str
    thing: Any
    aliases: tuple[str, ...] = ()


def implementations(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The hooks that `module` implements, by name.

    Raises PluginFailed where there is none, and for one that does not exist, takes arguments or lacks its
    mark.
    """
    found: dict[str, Callable[..., Any]] = {}
    for attribute, value in vars(module).items():
        options = getattr(value, IMPL, None) if inspect.isroutine(value) else None
        if options is not None:
            found[options["specname"] or attribute] = value
        elif attribute in HOOKS and inspect.isfunction(value):
            raise PluginFailed(f"{attribute} is not marked as a hook: write @hookimpl above it")
    for hook, function in found.items():
        _check_hook(hook, function)
    if not found:
        raise PluginFailed("it implements no hook (is @hookimpl missing?)")
    return found


def offers_of(hook: str, function: Callable[..., Any]) -> list[Offer]:
    """What the hook returns. Raises PluginFailed for what is not of the hook's kind."""
    things = function()
    if not isinstance(things, list | tuple):
        raise PluginFailed(f"{hook}() must return a list, not {_called(things)}")
    return [_offer(hook, thing) for thing in things]


def _check_hook(hook: str, function: Callable[..., Any]) -> None:
    if hook not in HOOKS:
        import difflib

        # All names begin alike, so that several are near: the nearest is meant.
        near = difflib.get_close_matches(hook, HOOKS, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there is: {', '.join(HOOKS)}"
        raise PluginFailed(f"there is no hook {hook}: {meant}")
    parameters = inspect.signature(function).parameters
    if parameters:
        raise PluginFailed(f"{hook}({', '.join(parameters)}) must take no arguments")


def _offer(hook: str, thing: Any) -> Offer:
    HOOKS[hook][1](hook, thing)
    name = name_of(thing) if isinstance(thing, type) else thing.name
    if not isinstance(name, str) or not name:
        raise PluginFailed(f"{hook}() returned {_called(thing)}, whose name is {name!r}")
    return Offer(name, thing, tuple(getattr(thing, "aliases", ())))


def _check_class(hook: str, thing: Any, base: type[msgspec.Struct]) -> None:
    if not (isinstance(thing, type) and issubclass(thing, base)):
        hint = " (the class itself, not an instance)" if isinstance(thing, base) else ""
        wanted = f"subclasses of {base.__name__}{hint}"
        raise PluginFailed(f"{hook}() must return {wanted}, not {_called(thing)}")
    options_of(thing)


def _check_method(cls: type, base: type, method: str, arguments: tuple[str, ...]) -> None:
    function = getattr(cls, method)
    form = f"{method}({', '.join(('self', *arguments))})"
    if function is getattr(base, method):
        raise PluginFailed(f"{cls.__name__} does not define {form}")
    try:
        inspect.signature(function).bind(cls, *arguments)
    except TypeError:
        own = f"{method}{inspect.signature(function)}"
        raise PluginFailed(f"{cls.__name__} must define {form}, not {own}") from None


def _processor(hook: str, thing: Any) -> None:
    _check_class(hook, thing, Processor)
    _check_method(thing, Processor, "__call__", ("candidates", "step"))


def _strategy(hook: str, thing: Any) -> None:
    _check_class(hook, thing, Strategy)
    _check_method(thing, Strategy, "decode", ("context",))


def _trainer(hook: str, thing: Any) -> None:
    _check_class(hook, thing, Trainer)
    for attribute in ("name", "summary"):
        if not isinstance(getattr(thing, attribute, None), str):
            raise PluginFailed(f"trainer {thing.__name__} has no {attribute}")


def _backend(hook: str, thing: Any) -> None:
    if isinstance(thing, type):
        raise PluginFailed(f"{hook}() must return backends, not the class {thing.__name__}")
    for method in ("recognises", "card", "tokenizer", "load"):
        if not callable(getattr(thing, method, None)):
            raise PluginFailed(f"{hook}() returned {_called(thing)}, which has no {method}()")
    if not isinstance(getattr(thing, "options", None), Mapping):
        raise PluginFailed(f"{hook}() returned {_called(thing)}, whose options are no mapping")


def _model(hook: str, thing: Any) -> None:
    _check_instance(hook, thing, ModelSource)
    if (thing.folder is None) == (thing.repository is None):
        raise PluginFailed(f"model {thing.name} needs a folder or a repository, one of the two")


def _template(hook: str, thing: Any) -> None:
    _check_instance(hook, thing, Template)


def _action(hook: str, thing: Any) -> None:
    _check_instance(hook, thing, Action)
    for name in (thing.name, *thing.aliases):
        if not ACTION_NAME.fullmatch(name):
            raise PluginFailed(f"action {name!r}: a name is lower-case words joined by hyphens")
    optional = [argument.optional for argument in thing.arguments]
    if optional != sorted(optional):
        raise PluginFailed(f"action {thing.name}: optional arguments come last")
    if any(argument.rest for argument in thing.arguments[:-1]):
        raise PluginFailed(f"action {thing.name}: only the last argument takes the rest")
    try:
        inspect.signature(thing.run).bind(None, {})
    except TypeError:
        raise PluginFailed(f"action {thing.name}: it is run as run(desk, arguments)") from None


def _inspector(hook: str, thing: Any) -> None:
    _check_instance(hook, thing, Inspector)
    if not INSPECTOR_NAME.fullmatch(thing.name):
        raise PluginFailed(
            f"inspector {thing.name!r}: a name is small letters, digits and underscores"
        )
    _check_path("inspector", thing)


def _command(hook: str, thing: Any) -> None:
    _check_instance(hook, thing, Command)
    _check_path("command", thing)


def _memory_check(hook: str, thing: Any) -> None:
    _check_instance(hook, thing, MemoryCheck)
    _check_path("memory check", thing)


def _check_path(kind: str, thing: Any) -> None:
    module, colon, attribute = thing.path.partition(":")
    if not (module and colon and attribute):
        raise PluginFailed(f"{kind} {thing.name}: its path is {thing.path!r}, not module:attribute")


def _check_instance(hook: str, thing: Any, kind: type) -> None:
    if not isinstance(thing, kind):
        raise PluginFailed(f"{hook}() must return {kind.__name__} objects, not {_called(thing)}")


def _called(thing: Any) -> str:
    return f"the class {thing.__name__}" if isinstance(thing, type) else type(thing).__name__


HOOKS: dict[str, tuple[str, Callable[[str, Any], None]]] = {
    "register_processors": ("processors", _processor),
    "register_strategies": ("strategies", _strategy),
    "register_backends": ("backends", _backend),
    "register_models": ("models", _model),
    "register_templates": ("templates", _template),
    "register_trainers": ("trainers", _trainer),
    "register_memory_checks": ("memory_checks", _memory_check),
    "register_actions": ("actions", _action),
    "register_inspectors": ("inspectors", _inspector),
    "register_commands": ("commands", _command),
}
"""Every hook: the registry that takes what it returns, and the check of one such thing."""
