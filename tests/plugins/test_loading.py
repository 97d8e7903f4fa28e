"""Finding and loading: all of a plugin or nothing of it, and always by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from playground import paths
from playground.config import load_settings
from playground.plugins import load_plugins, plugin_files

KEEP = "    def __call__(self, candidates, step):\n        return candidates\n"
STAGES = "@hookimpl\ndef register_processors():\n    return "


def stage(name: str, body: str = KEEP) -> str:
    return f"class {name}(Processor, frozen=True):\n{body}\n"


def only_fault(plugins) -> str:
    [broken] = plugins.quarantined
    return broken.reason


def test_a_file_in_a_plugin_folder_is_a_plugin(folder, write, load):
    write("mine", "__version__ = '1.2'\n" + stage("Mine") + STAGES + "[Mine]")
    plugins = load()
    assert plugins.quarantined == []
    mine = next(plugin for plugin in plugins.loaded if plugin.name == "mine")
    assert (mine.source, mine.version) == (str(folder / "mine.py"), "1.2")
    assert mine.registers == {"processors": ["mine"]}
    assert plugins.processors.owner("mine") == "mine"


def test_tests_and_private_files_beside_a_plugin_are_not_plugins(folder):
    for name in ("test_mine.py", "conftest.py", "_helper.py", "notes.txt"):
        (folder / name).write_text("raise RuntimeError")
    assert [file.name for file in plugin_files(folder)] == ["scripted.py"]


def test_a_folder_that_is_not_there_holds_no_plugins(tmp_path):
    assert plugin_files(tmp_path / "none") == []


def test_a_folder_that_was_asked_for_and_is_not_there_is_said(tmp_path):
    plugins = load_plugins([tmp_path / "none", paths.config_folder() / "plugins"])
    [missing] = plugins.quarantined
    assert str(missing) == (
        f"plugin none ({tmp_path / 'none'}) was set aside: there is no such folder"
    )


def test_folders_come_from_the_environment_the_configuration_and_the_user_s_own(
    tmp_path, monkeypatch
):
    own = paths.config_folder() / "plugins"
    places = {"a": tmp_path / "a", "b": tmp_path / "b", "own": own}
    for name, place in places.items():
        place.mkdir(parents=True)
        (place / f"from_{name}.py").write_text(
            "from playground.api import hookimpl\n@hookimpl\ndef register_models(): return []\n"
        )
    (paths.config_folder() / "config.toml").write_text(f"plugins = ['{tmp_path / 'a'}']")
    assert _names(load_plugins(load_settings().plugin_folders)) >= {"from_a", "from_own"}
    both = f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}"
    monkeypatch.setenv("PLAYGROUND_PLUGINS_DIR", both)
    everywhere = _names(load_plugins(load_settings().plugin_folders))
    assert everywhere >= {"from_a", "from_b", "from_own"}


def _names(plugins) -> set[str]:
    return {plugin.name for plugin in plugins.loaded}


def test_a_folder_given_twice_is_read_once(folder):
    plugins = load_plugins([folder, Path(f"{folder}/../{folder.name}")])
    assert plugins.quarantined == []


def test_two_files_of_one_name_are_told_apart_and_the_first_stays(folder, tmp_path, write):
    write("mine", stage("Mine") + STAGES + "[Mine]")
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.py").write_text("raise SystemExit('never run')")
    plugins = load_plugins([folder, other])
    assert only_fault(plugins) == f"a plugin mine is loaded already, from {folder / 'mine.py'}"
    assert "mine" in plugins.processors


def test_what_a_broken_plugin_registers_beside_its_fault_is_not_kept(write, load):
    write("mine", stage("Mine") + stage("TopK") + STAGES + "[Mine, TopK]")
    plugins = load()
    assert only_fault(plugins) == "the processor 'top_k' is already registered by sampling"
    assert "mine" not in plugins.processors


def test_a_processor_cannot_take_the_name_or_an_alias_of_a_strategy(write, load):
    write("mine", stage("Multinomial") + STAGES + "[Multinomial]")
    assert only_fault(load()) == "the strategy 'multinomial' is already registered by sampling"


def test_a_plugin_that_offers_a_name_twice_leaves_nothing_behind(write, load):
    write("mine", stage("Mine") + STAGES + "[Mine, Mine]")
    plugins = load()
    assert only_fault(plugins) == "it registers the processor 'mine' twice"
    assert "mine" not in plugins.processors


def test_a_hook_may_have_another_function_name(write, load):
    write(
        "mine", stage("Mine") + '@hookimpl(specname="register_processors")\ndef f(): return [Mine]'
    )
    assert "mine" in load().processors


def test_a_plugin_that_ends_the_program_is_set_aside(write, load):
    write("mine", "raise SystemExit(3)")
    assert only_fault(load()) == "SystemExit: 3 (line 2 of mine.py)"


def test_a_fault_is_placed_in_the_plugin_and_not_in_what_it_called(write, load):
    write("mine", "import json\nimport numpy\njson.loads('{')\n")
    assert only_fault(load()).endswith("(line 4 of mine.py)")
    write("mine", "import numpy\nnumpy.zeros(-1)\n")
    assert only_fault(load()).endswith("(line 3 of mine.py)")


def test_the_traceback_is_kept(write, load):
    write("mine", "1 / 0\n")
    [broken] = load().quarantined
    assert broken.traceback.rstrip().endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00x", b"x = 1\x00", b""])
def test_a_file_that_is_no_source_is_set_aside(folder, load, content):
    (folder / "mine.py").write_bytes(content)
    assert only_fault(load())


FORMS = {
    "nothing marked": (
        stage("Mine") + "def register_processors():\n    return [Mine]",
        "register_processors is not marked as a hook: write @hookimpl above it",
    ),
    "no hook": (stage("Mine"), "it implements no hook (is @hookimpl missing?)"),
    "no list": (
        stage("Mine") + STAGES + "Mine",
        "register_processors() must return a list, not the class Mine",
    ),
    "an instance": (
        stage("Mine") + STAGES + "[Mine()]",
        "register_processors() must return subclasses of Processor (the class itself, not an instance), "
        "not Mine",
    ),
    "another class": (
        STAGES + "[dict]",
        "register_processors() must return subclasses of Processor, not the class dict",
    ),
    "no call": (
        stage("Mine", "    pass") + STAGES + "[Mine]",
        "Mine does not define __call__(self, candidates, step)",
    ),
    "a call without step": (
        stage("Mine", "    def __call__(self, candidates): ...") + STAGES + "[Mine]",
        "Mine must define __call__(self, candidates, step), not __call__(self, candidates)",
    ),
    "no decode": (
        "class Mine(Strategy, frozen=True):\n    pass\n"
        "@hookimpl\ndef register_strategies():\n    return [Mine]",
        "Mine does not define decode(self, context)",
    ),
    "no model": (
        "from playground.api import ModelSource\n@hookimpl\ndef register_models():\n"
        "    return [ModelSource(name='m', summary='')]",
        "model m needs a folder or a repository, one of the two",
    ),
    "half a backend": (
        "class B:\n    name = 'b'\n    def recognises(self, config): ...\n"
        "@hookimpl\ndef register_backends():\n    return [B()]",
        "register_backends() returned B, which has no card()",
    ),
    "a path that names nothing": (
        "from playground.api import Command\n@hookimpl\ndef register_commands():\n"
        "    return [Command(name='c', summary='', path='mine')]",
        "command c: its path is 'mine', not module:attribute",
    ),
    "a dict for a template": (
        "@hookimpl\ndef register_templates():\n    return [{'name': 'x'}]",
        "register_templates() must return Template objects, not dict",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_fault_of_form_is_found_when_it_is_loaded(form, write, load):
    source, reason = FORMS[form]
    write("mine", source)
    assert only_fault(load()) == reason


def backend(name: str, mark: str) -> str:
    return f"""
from playground.testing import ScriptedBackend
class B(ScriptedBackend):
    name = "{name}"
@hookimpl({mark})
def register_backends():
    return [B()]
"""


def test_backends_are_asked_in_the_order_that_their_hooks_claim(write, load):
    write("a_last", backend("last", "trylast=True"))
    write("b_usual", backend("usual", ""))
    write("c_first", backend("first", "tryfirst=True"))
    names = [found.name for found in load().backends_in_order()]
    assert names[0] == "first"
    assert names.index("usual") < names.index("last")


def test_an_installed_distribution_is_a_plugin_with_its_version(tmp_path, monkeypatch):
    _install(tmp_path, "aaa-plugin", "3.1", "far = far_plugin", stage("Far") + STAGES + "[Far]")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    plugins = load_plugins()
    far = next(plugin for plugin in plugins.loaded if plugin.name == "far")
    assert (far.source, far.version, far.registers) == (
        "aaa-plugin",
        "3.1",
        {"processors": ["far"]},
    )


def test_a_distribution_that_takes_a_built_in_name_is_the_one_set_aside(tmp_path, monkeypatch):
    source = stage("TopK") + STAGES + "[TopK]"
    _install(tmp_path, "aaa-plugin", "1", "greedy_plugin = far_plugin", source)
    monkeypatch.delitem(sys.modules, "far_plugin", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    plugins = load_plugins()
    assert plugins.processors.owner("top_k") == "sampling"
    [broken] = plugins.quarantined
    assert str(broken) == (
        "plugin greedy_plugin (aaa-plugin) was set aside: "
        "the processor 'top_k' is already registered by sampling"
    )


def test_an_entry_point_to_nothing_is_set_aside(tmp_path, monkeypatch):
    _install(tmp_path, "aaa-plugin", "1", "gone = no_such_module", "")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert only_fault(load_plugins()) == "ModuleNotFoundError: No module named 'no_such_module'"


def _install(folder: Path, name: str, version: str, entry: str, source: str) -> None:
    """What an installer leaves of a distribution with one module, `far_plugin`."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[playground]\n{entry}\n")
    (folder / "far_plugin.py").write_text(
        "from playground.api import Processor, hookimpl\n" + source
    )
