"""`playground plugins list`, `show` and `check`."""

from __future__ import annotations

import json

import pytest

GOOD = """
class Mine(Processor, frozen=True):
    '''Keep everything.'''

    def __call__(self, candidates, step):
        return candidates

@hookimpl
def register_processors():
    return [Mine]
"""


def test_list_has_a_line_for_each_plugin_and_one_for_each_that_was_set_aside(folder, write, invoke):
    write("mine", GOOD)
    write("broken", "1 / 0")
    result = invoke("plugins", "list")
    assert result.exit_code == 0
    rows = {line.split()[0]: line for line in result.stdout.splitlines()[1:]}
    assert rows.keys() >= {"sampling", "search", "charrnn", "gpt", "hub", "scripted", "mine"}
    assert rows["mine"].split() == ["mine", "-", str(folder / "mine.py"), "processors:", "mine"]
    assert "textgen-playground" in rows["sampling"]
    assert result.stderr.splitlines() == [
        f"warning: plugin broken ({folder / 'broken.py'}) was set aside: "
        "ZeroDivisionError: division by zero (line 2 of broken.py)",
        "hint: playground plugins show broken",
    ]


def test_list_shows_broken_plugins_even_where_they_are_fatal(write, invoke, monkeypatch):
    write("broken", "1 / 0")
    monkeypatch.setenv("PLAYGROUND_STRICT", "1")
    result = invoke("plugins", "list")
    assert result.exit_code == 0
    assert "plugin broken" in result.stderr


def test_list_as_json(folder, write, invoke):
    write("mine", GOOD)
    write("broken", "1 / 0")
    listed = json.loads(invoke("plugins", "list", "--json").stdout)
    assert listed["loaded"][-2] == {
        "name": "mine",
        "source": str(folder / "mine.py"),
        "version": "",
        "registers": {"processors": ["mine"]},
    }
    assert [broken["name"] for broken in listed["quarantined"]] == ["broken"]


def test_show_lists_what_a_plugin_registers_with_summaries(write, invoke):
    write("mine", GOOD)
    lines = invoke("plugins", "show", "mine").stdout.splitlines()
    assert lines[0].startswith("mine · from ")
    assert "mine        Keep everything." in lines
    shown = invoke("plugins", "show", "charrnn").stdout
    for kind in ("backends", "models"):
        assert kind in shown
    assert "trainers" in invoke("plugins", "show", "train").stdout


def test_show_gives_the_traceback_of_a_plugin_that_was_set_aside(write, invoke):
    write("broken", "def f():\n    1 / 0\nf()\n")
    shown = invoke("plugins", "show", "broken").stdout
    assert shown.startswith("plugin broken (")
    assert "line 3, in f" in shown
    assert json.loads(invoke("plugins", "show", "broken", "--json").stdout)["name"] == "broken"


def test_show_of_an_unknown_plugin_suggests_a_near_one(invoke):
    result = invoke("plugins", "show", "samplin")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: there is no plugin 'samplin'",
        "hint: did you mean sampling?",
    ]


def test_check_of_a_sound_plugin_has_a_line_for_each_thing(write, invoke):
    result = invoke("plugins", "check", str(write("mine", GOOD)))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ok       plugin mine: 2 checks passed",
        "ok       processor mine: 6 checks passed",
    ]


def test_check_names_the_law_that_fails_and_exits_with_4(write, invoke):
    file = write("mine", GOOD.replace("return candidates", "return candidates.keep(step.ids == 0)"))
    result = invoke("plugins", "check", str(file))
    assert result.exit_code == 4
    failed = [line for line in result.stdout.splitlines() if line.startswith("failed")]
    assert any("keeps some of the candidates with finite scores" in line for line in failed)
    verdicts = json.loads(invoke("plugins", "check", str(file), "--json").stdout)
    assert {"held", "failed"} == {verdict["result"] for verdict in verdicts}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "loads: ZeroDivisionError: division by zero (line 2 of mine.py)"),
        (
            GOOD.replace("Mine", "TopK"),
            "loads beside the installed plugins: the processor 'top_k' is already registered by sampling",
        ),
    ],
)
def test_check_says_why_a_plugin_cannot_be_loaded(source, told, write, invoke):
    result = invoke("plugins", "check", str(write("mine", source)))
    assert result.exit_code == 4
    assert result.stdout.splitlines()[-1] == f"failed   plugin mine: {told}"


def test_check_says_what_it_did_not_try(write, invoke):
    needs = GOOD.replace("    def", "    size: int\n\n    def")
    result = invoke("plugins", "check", str(write("mine", needs)))
    assert result.exit_code == 0
    [skipped] = [line for line in result.stdout.splitlines() if line.startswith("skipped")]
    assert skipped == "skipped  processor mine: laws: mine needs size: its own test must build one"


def test_check_of_a_backend_runs_the_laws_on_the_models_it_brings(folder, invoke):
    result = invoke("plugins", "check", str(folder / "scripted.py"))
    assert result.exit_code == 0
    assert "ok       backend scripted: 22 checks passed" in result.stdout.splitlines()


def test_check_finds_a_command_that_is_not_there(write, invoke):
    source = """
from playground.api import Command
@hookimpl
def register_commands():
    return [Command(name="c", summary="", path=f"{__name__}:nothing")]
"""
    result = invoke("plugins", "check", str(write("mine", source)))
    assert result.exit_code == 4
    assert "nothing is no click command" in result.stdout


def test_check_finds_a_command_that_a_built_in_hides(write, invoke):
    source = """
import click
from playground.api import Command
@click.command()
def again(): ...
@hookimpl
def register_commands():
    return [Command(name="gen", summary="Generate again.", path=f"{__name__}:again")]
"""
    result = invoke("plugins", "check", str(write("mine", source)))
    assert result.exit_code == 4
    assert "failed   command gen: can be called: a built-in has its name" in result.stdout


def test_check_of_a_file_that_is_not_there_is_a_usage_error(invoke):
    assert invoke("plugins", "check", "nothing.py").exit_code == 2
