"""Find, load and quarantine plugins; keep who registered what.

A plugin that cannot be imported, has a bad signature or misspells a hook is set aside with one line that
names it, and everything else works. Built-ins are found by entry point like everyone else's.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pluggy

from playground.api import hooks
from playground.api.errors import PlaygroundError, PluginFailed
from playground.api.options import name_of
from playground.registry import Registry


class Quarantined(msgspec.Struct, frozen=True):
    """A plugin that was set aside: why, in one line, and the traceback."""

    name: str
    source: str
    reason: str
    traceback: str

    def __str__(self) -> str:
        return f"plugin {self.name} ({self.source}) was set aside: {self.reason}"


class Loaded(msgspec.Struct, frozen=True):
    """A plugin that works."""

    name: str
    source: str
    version: str
    registers: dict[str, list[str]]


class Plugins:
    """Everything that plugins registered, by kind and name."""

    def __init__(self) -> None:
        self.processors: Registry[Any] = Registry("processor")
        self.strategies: Registry[Any] = Registry("strategy")
        self.backends: Registry[Any] = Registry("backend")
        self.models: Registry[Any] = Registry("model")
        self.templates: Registry[Any] = Registry("template")
        self.trainers: Registry[Any] = Registry("trainer")
        self.commands: Registry[Any] = Registry("command")
        self.loaded: list[Loaded] = []
        self.quarantined: list[Quarantined] = []
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)

    def load(self, name: str, source: str, version: str, find: Callable[[], ModuleType]) -> None:
        """Import one plugin and take what it registers, all of it or nothing."""
        try:
            module = find()
            self._manager.register(module, name=name)
            self._check_hooks(module)
            offers = self._offers(module)
            self._add(name, offers)
        except (Exception, SystemExit) as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            self.quarantined.append(
                Quarantined(name, source, one_line(error), traceback.format_exc())
            )
        else:
            registers = {kind: [key for key, _, _ in things] for kind, things in offers.items()}
            self.loaded.append(Loaded(name, source, version, registers))

    def backends_in_order(self) -> list[Any]:
        """Backends as they are asked to recognise a folder: those registered `trylast` come last."""
        hook = self._manager.hook.register_backends
        last = {impl.plugin_name for impl in hook.get_hookimpls() if impl.trylast}
        return sorted(self.backends.values(), key=lambda b: self.backends.owner(b.name) in last)

    def _check_hooks(self, module: ModuleType) -> None:
        pending = {
            impl.function.__name__
            for caller in vars(self._manager.hook).values()
            if isinstance(caller, pluggy.HookCaller) and not caller.spec
            for impl in caller.get_hookimpls()
            if impl.plugin is module
        }
        if pending:
            known = ", ".join(REGISTRIES)
            raise PluginFailed(f"unknown hook {', '.join(sorted(pending))} (there is: {known})")
        if not self._hooks_of(module):
            raise PluginFailed("it implements no hook (is @hookimpl missing?)")

    def _hooks_of(self, module: ModuleType) -> list[str]:
        return [hook for hook in REGISTRIES if hasattr(getattr(module, hook, None), IMPL)]

    def _offers(self, module: ModuleType) -> dict[str, list[tuple[str, Any, tuple[str, ...]]]]:
        offers = {}
        for hook in self._hooks_of(module):
            things = getattr(module, hook)()
            if not isinstance(things, list | tuple):
                raise PluginFailed(f"{hook}() must return a list, not {type(things).__name__}")
            offers[REGISTRIES[hook]] = [_named(thing) for thing in things]
        return offers

    def _add(self, owner: str, offers: dict[str, list[tuple[str, Any, tuple[str, ...]]]]) -> None:
        trial = [
            (getattr(self, kind), *thing) for kind, things in offers.items() for thing in things
        ]
        for registry, name, _, aliases in trial:
            # A stage's name means one thing in a chain, be it a processor or a strategy.
            stages = (self.processors, self.strategies)
            for other in stages if registry in stages else (registry,):
                for key in (name, *aliases):
                    if key in other:
                        raise PluginFailed(
                            f"the {other.kind} {key!r} is already registered by {other.owner(key)}"
                        )
        for registry, name, thing, aliases in trial:
            registry.add(name, thing, owner, aliases)


IMPL = f"{hooks.PROJECT}_impl"
REGISTRIES = {
    "register_processors": "processors",
    "register_strategies": "strategies",
    "register_backends": "backends",
    "register_models": "models",
    "register_templates": "templates",
    "register_trainers": "trainers",
    "register_commands": "commands",
}


def load_plugins(folders: Iterable[Path] = (), *, strict: bool = False) -> Plugins:
    """The installed plugins and those in `folders`. Raises PluginFailed for a broken one if `strict`."""
    from importlib.metadata import entry_points

    plugins = Plugins()
    for entry in entry_points(group=hooks.PROJECT):
        distribution = entry.dist
        version = distribution.version if distribution else ""
        source = distribution.name if distribution else entry.value
        plugins.load(entry.name, source, version, entry.load)
    for folder in folders:
        for file in sorted(folder.glob("*.py")) if folder.is_dir() else ():
            load_file(plugins, file)
    if strict and plugins.quarantined:
        raise PluginFailed(str(plugins.quarantined[0]), "playground plugins list")
    return plugins


def load_file(plugins: Plugins, file: Path) -> None:
    """Load the single-file plugin `file`; its name is the file's stem."""
    plugins.load(file.stem, str(file), "", lambda: import_file(file))


def import_file(file: Path) -> ModuleType:
    """The module in `file`, imported under a name that no other plugin's file shares."""
    # Classes defined in it find their annotations through sys.modules.
    name = f"playground_plugin_{file.stem}_{abs(hash(file.resolve())):x}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PluginFailed(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def one_line(error: BaseException) -> str:
    """What went wrong and, where the traceback knows it, the file and line of the plugin."""
    if isinstance(error, PlaygroundError):
        return error.message
    if isinstance(error, SyntaxError):
        return f"syntax error in line {error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (line {frames[-1].lineno} of {Path(frames[-1].filename).name})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"


def _named(thing: Any) -> tuple[str, Any, tuple[str, ...]]:
    name = name_of(thing) if isinstance(thing, type) else thing.name
    return name, thing, tuple(getattr(thing, "aliases", ()))
