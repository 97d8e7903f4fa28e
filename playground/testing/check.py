"""Runs the matching contract on everything that a plugin file registers.

It does not know how verdicts are shown, and loads nothing from the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from playground.api import Action, Command, Inspector, InvalidInput, ModelName, ModelSource
from playground.api.options import build, name_of, options_of, summary_of
from playground.engine.model_folder import read_config
from playground.plugins import Plugins, load_file, load_plugins, one_line
from playground.testing.action_contract import ActionContract
from playground.testing.backend_contract import BackendContract
from playground.testing.inspector_contract import InspectorContract
from playground.testing.laws import Contract, Verdict, require, verdicts
from playground.testing.processor_contract import ProcessorContract
from playground.testing.strategy_contract import StrategyContract
from playground.testing.template_contract import TemplateContract

S = TypeVar("S", bound=msgspec.Struct)


def check_file(file: Path) -> Iterator[Verdict]:
    """The verdicts on a plugin: that it loads, alone and beside what is installed, and its laws."""
    plugin = f"plugin {file.stem}"
    alone = Plugins()
    for law, plugins in (("loads", alone), ("loads beside the installed plugins", None)):
        plugins = plugins or load_plugins()
        load_file(plugins, file)
        broken = [q for q in plugins.quarantined if q.source == str(file)]
        if broken:
            yield Verdict(plugin, law, "failed", broken[0].reason)
            return
        yield Verdict(plugin, law, "held")
    for kind, check in CHECKS.items():
        registry = getattr(alone, kind)
        for name, thing in registry.items():
            yield from _guarded(check, f"{registry.kind} {name}", thing, alone)


Check = Callable[[str, Any, Plugins], Iterator[Verdict]]


def _guarded(check: Check, name: str, thing: Any, plugins: Plugins) -> Iterator[Verdict]:
    try:
        yield from check(name, thing, plugins)
    except Exception as error:
        yield Verdict(name, "can be checked", "failed", one_line(error))


def _check_stage(
    contract: type[Contract], maker: str, thing: str, cls: type[Any], _: Plugins
) -> Iterator[Verdict]:
    yield from verdicts(thing, _SaysWhatItDoes, cls=lambda: cls)
    try:
        by_default(cls)
    except InvalidInput as error:
        yield Verdict(thing, "laws", "skipped", f"{error.message}: its own test must build one")
        return
    yield from verdicts(thing, contract, **{maker: lambda: by_default(cls)})


def by_default(cls: type[S]) -> S:
    """One of a stage with its defaults; a model that an option must name is the one that decodes.

    Raises InvalidInput where another option must be given.
    """
    options = options_of(cls)
    named = {o.name: "itself" for o in options if o.required and o.type is ModelName}
    return build(cls, named)


def _check_template(thing: str, template: Any, _: Plugins) -> Iterator[Verdict]:
    yield from verdicts(thing, TemplateContract, template=lambda: template)


def _check_backend(thing: str, backend: Any, plugins: Plugins) -> Iterator[Verdict]:
    folders = [source.folder for source in plugins.models.values() if source.folder]
    known = [folder for folder in folders if backend.recognises(read_config(folder))]
    if not known:
        reason = "the file registers no model folder that it loads: its own test must bring one"
        yield Verdict(thing, "laws", "skipped", reason)
    for folder in known:
        yield from verdicts(
            thing, BackendContract, backend=lambda: backend, folder=lambda at=folder: at
        )


def _check_model(thing: str, source: ModelSource, _: Plugins) -> Iterator[Verdict]:
    if source.folder is None:
        yield Verdict(
            thing, "laws", "skipped", f"{source.repository} is not downloaded to be checked"
        )
    else:
        yield from verdicts(thing, _HasAFolder, source=lambda: source)


def _check_trainer(thing: str, cls: type[Any], _: Plugins) -> Iterator[Verdict]:
    yield from verdicts(thing, _SaysWhatItDoes, cls=lambda: cls)


def _check_action(thing: str, action: Action, _: Plugins) -> Iterator[Verdict]:
    yield from verdicts(thing, ActionContract, action=lambda: action)


def _check_inspector(thing: str, inspector: Inspector, _: Plugins) -> Iterator[Verdict]:
    yield from verdicts(thing, InspectorContract, inspector=lambda: inspector)


def _check_command(thing: str, command: Command, _: Plugins) -> Iterator[Verdict]:
    yield from verdicts(thing, _NamesACommand, command=lambda: command)


CHECKS: dict[str, Check] = {
    "processors": partial(_check_stage, ProcessorContract, "processor"),
    "strategies": partial(_check_stage, StrategyContract, "strategy"),
    "templates": _check_template,
    "backends": _check_backend,
    "models": _check_model,
    "trainers": _check_trainer,
    "actions": _check_action,
    "inspectors": _check_inspector,
    "commands": _check_command,
}


class _SaysWhatItDoes(Contract):
    def cls(self) -> type[Any]:
        raise NotImplementedError

    def test_says_what_it_does(self) -> None:
        summary = getattr(self.cls(), "summary", "") or summary_of(self.cls())
        require(summary, f"the class of {name_of(self.cls())} has no docstring for the lists")


class _HasAFolder(Contract):
    def source(self) -> ModelSource:
        raise NotImplementedError

    def test_names_a_folder_with_a_configuration(self) -> None:
        read_config(self.source().folder or Path())


class _NamesACommand(Contract):
    def command(self) -> Command:
        raise NotImplementedError

    def test_names_a_click_command(self) -> None:
        from importlib import import_module

        import click

        module, _, attribute = self.command().path.partition(":")
        found = getattr(import_module(module), attribute, None)
        require(isinstance(found, click.Command), f"{self.command().path} is no click command")
        require(self.command().summary, "it has no summary for the list of commands")
