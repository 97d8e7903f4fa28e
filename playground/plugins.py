"""Find, load and quarantine plugins; keep who registered what.

A plugin that cannot be imported, has a bad signature or misspells a hook is set aside with one line that
names it, and everything else works. Built-ins are found by entry point like everyone else's.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec
import pluggy

from playground import paths
from playground.api import hooks
from playground.api.errors import PlaygroundError, PluginFailed
from playground.plugin_offers import HOOKS, Offer, implementations, offers_of
from playground.registry import Registry

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

DISTRIBUTION = "textgen-playground"
STANDARD_LIBRARY, SITE_PACKAGES = (sysconfig.get_path(kind) for kind in ("stdlib", "purelib"))
STAGES = ("processors", "strategies")
NAMED_TOGETHER = dict.fromkeys(STAGES, STAGES)
"""A stage's name means one thing in a chain, be it a processor or a strategy."""
OURS = str(Path(__file__).parent) + os.sep


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
        self.memory_checks: Registry[Any] = Registry("memory check")
        self.actions: Registry[Any] = Registry("action")
        self.inspectors: Registry[Any] = Registry("inspector")
        self.commands: Registry[Any] = Registry("command")
        self.loaded: list[Loaded] = []
        self.quarantined: list[Quarantined] = []
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)

    def load(self, name: str, source: str, version: str, find: Callable[[], ModuleType]) -> None:
        """Import one plugin and take what it registers, all of it or nothing."""
        try:
            self._check_new(name)
            module = find()
            offers = _offers(module)
            self._check_free(offers)
            self._manager.register(module, name=name)
        except (Exception, SystemExit) as error:
            reason = one_line(error)
            self.quarantined.append(Quarantined(name, source, reason, traceback.format_exc()))
            return
        for kind, things in offers.items():
            for offer in things:
                getattr(self, kind).add(offer.name, offer.thing, name, offer.aliases)
        registers = {kind: [offer.name for offer in things] for kind, things in offers.items()}
        version = version or str(getattr(module, "__version__", ""))
        self.loaded.append(Loaded(name, source, version, registers))

    def module_of(self, plugin: Loaded | Quarantined) -> ModuleType | None:
        """The module that is loaded from where `plugin` comes from; None where none is."""
        same = any((p.name, p.source) == (plugin.name, plugin.source) for p in self.loaded)
        module: ModuleType | None = self._manager.get_plugin(plugin.name) if same else None
        return module

    def backends_in_order(self) -> list[Any]:
        """Backends as they are asked to recognise a folder: `tryfirst`, then most, then `trylast`."""
        hook = self._manager.hook.register_backends
        rank = {impl.plugin_name: impl.trylast - impl.tryfirst for impl in hook.get_hookimpls()}
        return sorted(self.backends.values(), key=lambda b: rank[self.backends.owner(b.name)])

    def _check_new(self, name: str) -> None:
        for plugin in self.loaded:
            if plugin.name == name:
                raise PluginFailed(f"a plugin {name} is loaded already, from {plugin.source}")

    def _check_free(self, offers: dict[str, list[Offer]]) -> None:
        """Raises PluginFailed, naming both, where a name is taken or offered twice."""
        seen: set[tuple[tuple[str, ...], str]] = set()
        for kind, offer in ((kind, offer) for kind, things in offers.items() for offer in things):
            together = NAMED_TOGETHER.get(kind, (kind,))
            for key in (offer.name, *offer.aliases):
                self._check_untaken(together, key)
                if (together, key) in seen:
                    raise PluginFailed(f"it registers the {getattr(self, kind).kind} {key!r} twice")
                seen.add((together, key))

    def _check_untaken(self, kinds: tuple[str, ...], key: str) -> None:
        for registry in (getattr(self, kind) for kind in kinds):
            if key in registry:
                owner = registry.owner(key)
                raise PluginFailed(f"the {registry.kind} {key!r} is already registered by {owner}")


def _offers(module: ModuleType) -> dict[str, list[Offer]]:
    """What the plugin registers, by kind."""
    return {HOOKS[hook][0]: offers_of(hook, f) for hook, f in implementations(module).items()}


def load_plugins(folders: Iterable[Path] = (), *, strict: bool = False) -> Plugins:
    """The installed plugins and those in `folders`. Raises PluginFailed for a broken one if `strict`."""
    plugins = Plugins()
    for entry, distribution, version in _installed():
        plugins.load(entry.name, distribution or entry.value, version, entry.load)
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        _load_folder(plugins, folder)
    if strict and plugins.quarantined:
        raise PluginFailed(str(plugins.quarantined[0]), "playground plugins list")
    return plugins


def reload_plugins(old: Plugins, folders: Iterable[Path] = ()) -> Plugins:
    """The plugins as they are now; of a file that cannot be loaded any more, the version that `old` has.

    The broken version is among the quarantined, with why. Installed plugins are not imported again.
    """
    new = load_plugins(folders)
    for broken in [*new.quarantined]:
        module = old.module_of(broken)
        if module is not None:
            # Its classes find their annotations there; the broken version has taken the place.
            sys.modules[module.__name__] = module
            new.load(broken.name, broken.source, "", partial(_loaded_before, module))
    return new


def _loaded_before(module: ModuleType) -> ModuleType:
    return module


def _load_folder(plugins: Plugins, folder: Path) -> None:
    # The user's own folder need not exist; one that was asked for must.
    if not folder.is_dir() and folder != (paths.config_folder() / "plugins").resolve():
        missing = Quarantined(folder.name, str(folder), "there is no such folder", "")
        plugins.quarantined.append(missing)
    for file in plugin_files(folder):
        load_file(plugins, file)


def _installed() -> list[tuple[EntryPoint, str, str]]:
    """The installed plugins, each with name and version of its distribution, in the order of loading.

    Built-ins first: a stranger's plugin that takes one of their names is the one to be set aside.
    """
    from importlib.metadata import Distribution, entry_points

    @cache  # a distribution's metadata, with all of its README, is parsed each time it is asked
    def release(distribution: Distribution | None) -> tuple[str, str]:
        return (distribution.name, distribution.version) if distribution else ("", "")

    found = [(entry, *release(entry.dist)) for entry in entry_points(group=hooks.PROJECT)]
    return sorted(found, key=lambda each: (each[1] != DISTRIBUTION, each[1], each[0].name))


def plugin_files(folder: Path) -> list[Path]:
    """The single-file plugins in `folder`, sorted: not its tests, nor what begins with an underscore."""
    return [
        file
        for file in (sorted(folder.glob("*.py")) if folder.is_dir() else ())
        if file.is_file() and not file.name.startswith(("_", "test_", "conftest."))
    ]


def load_file(plugins: Plugins, file: Path) -> None:
    """Load the single-file plugin `file`; its name is the file's stem."""
    plugins.load(file.stem, str(file), "", lambda: import_file(file))


def import_file(file: Path) -> ModuleType:
    """The module in `file`, imported under a name that no other plugin's file shares."""
    # Classes defined in it find their annotations through sys.modules.
    name = f"playground_plugin_{file.stem}_{crc32(bytes(file.resolve())):08x}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PluginFailed(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def one_line(error: BaseException) -> str:
    """What went wrong and where: the file and line of the plugin, not of what it called."""
    if isinstance(error, PlaygroundError):
        return error.message
    if isinstance(error, SyntaxError) and error.lineno:
        file = Path(error.filename or "").name
        return f"{type(error).__name__}: {error.msg} (line {error.lineno} of {file})"
    text = " ".join(str(error).split())
    place = _place(traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"


def _place(frames: Iterable[traceback.FrameSummary]) -> str:
    """The last line of a plugin: not of Python, of this package, nor of a library that it called."""
    outer = [frame for frame in frames if not _is_machinery(frame.filename)]
    own = [frame for frame in outer if not frame.filename.startswith(SITE_PACKAGES)] or outer
    return f" (line {own[-1].lineno} of {Path(own[-1].filename).name})" if own else ""


def _is_machinery(file: str) -> bool:
    in_library = file.startswith(STANDARD_LIBRARY) and not file.startswith(SITE_PACKAGES)
    return in_library or file.startswith(("<frozen ", OURS))
