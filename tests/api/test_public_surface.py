"""What a plugin may import is named, sorted and whole; what names it is what there is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import playground.api
import playground.testing
from playground.api import errors, hooks
from playground.plugin_offers import HOOKS
from playground.plugins import Plugins

MODULES = [
    f"playground.api.{module.name}" for module in pkgutil.iter_modules(playground.api.__path__)
]


@pytest.mark.parametrize("package", [playground.api, playground.testing])
def test_all_is_sorted_and_every_name_is_there(package):
    def order(name: str) -> tuple[bool, bool, str]:
        # As ruff sorts them: constants, then classes, then the rest.
        return not name.isupper(), not name[0].isupper(), name

    assert package.__all__ == sorted(package.__all__, key=order)
    assert len(set(package.__all__)) == len(package.__all__)
    for name in package.__all__:
        assert getattr(package, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    name = "Nothing"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        getattr(playground.api, name)


@pytest.mark.parametrize(
    "name", ["Candidates", "PlaygroundError", "Template", "Trainer", "Strategy"]
)
def test_what_every_plugin_needs_is_public(name):
    assert name in playground.api.__all__


def test_what_hooks_return_is_public():
    for hook in HOOKS:
        returned = inspect.signature(getattr(hooks, hook)).return_annotation
        name = returned.removeprefix("list[").removesuffix("]").removeprefix("type[").rstrip("]")
        assert name in playground.api.__all__, f"{hook} returns {returned}"


def test_every_error_is_public_and_has_the_exit_code_of_its_kind():
    kinds = {c for _, c in inspect.getmembers(errors, inspect.isclass)}
    assert {kind.__name__ for kind in kinds} <= set(playground.api.__all__)
    assert {kind.__name__: kind.exit_code for kind in kinds} == {
        "PlaygroundError": 1,
        "InvalidInput": 2,
        "UnknownName": 2,
        "ModelUnavailable": 3,
        "PluginFailed": 4,
        "PromptTooLong": 5,
    }


def test_every_hook_has_a_registry_and_a_check():
    specified = [name for name in vars(hooks) if name.startswith("register_")]
    assert list(HOOKS) == specified
    plugins = Plugins()
    for kind, _ in HOOKS.values():
        assert len(getattr(plugins, kind)) == 0


@pytest.mark.parametrize("module", MODULES)
def test_every_public_class_and_function_says_what_it_is(module):
    for name, thing in vars(importlib.import_module(module)).items():
        mine = getattr(thing, "__module__", "") == module and not name.startswith("_")
        if mine and (inspect.isclass(thing) or inspect.isfunction(thing)):
            assert (thing.__doc__ or "").strip(), f"{module}.{name}"


def test_everything_for_tests_says_what_it_is():
    for name in playground.testing.__all__:
        assert (getattr(playground.testing, name).__doc__ or "").strip(), name
