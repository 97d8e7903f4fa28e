"""The table of verbs, what plugins add to it, and the options before it."""

import subprocess
import sys
from importlib import import_module, metadata

import click
import pytest

from playground.ui.cli.app import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_of_the_table_is_a_command_that_explains_itself(playground, name):
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(import_module(f"playground.ui.cli.{module}"), attribute)
    assert isinstance(command, click.Command)
    ran = playground.run(name, "--help")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"Usage: playground {name} ")


def test_without_a_command_help_is_printed(playground):
    assert playground.run().stdout == playground.run("--help").stdout
    assert playground.run().exit_code == 0


def test_a_group_without_a_command_prints_its_help_alone(playground):
    ran = playground.run("templates")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == playground.run("templates", "--help").stdout


def test_help_tells_every_verb_with_its_summary(playground):
    printed = playground.run("--help").stdout
    for name, (_, summary) in COMMANDS.items():
        assert name in printed
        assert " ".join(summary.split()) in " ".join(printed.split())


def test_the_version_is_the_distributions(playground):
    version = metadata.version("textgen-playground")
    assert playground.run("--version").stdout == f"playground {version}\n"


def test_python_minus_m_is_the_same_program(playground):
    ran = subprocess.run([sys.executable, "-m", "playground", "--version"], capture_output=True)
    assert ran.stdout.startswith(b"playground ")


GREETER = """
import click
from playground.api import Command, hookimpl

@hookimpl
def register_commands():
    return [Command(name="greet", summary="Say hello.", path="greeter_command:greet")]
"""


def test_a_plugin_adds_a_command_that_is_imported_when_it_is_called(
    playground, tmp_path, monkeypatch
):
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "greeter.py").write_text(GREETER)
    (tmp_path / "greeter_command.py").write_text(
        "import click\n@click.command()\n@click.argument('who')\ndef greet(who): click.echo(who)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert playground.run("--plugins-dir", str(folder), "greet", "you").stdout == "you\n"
    assert playground.run("greet", "you").exit_code == 2


def test_an_unknown_command_suggests_those_of_plugins_too(playground):
    playground.plugin("greeter", GREETER)
    assert "did you mean greet?" in playground.run("greeet").stderr


def test_plugin_folders_can_be_given_more_than_once(playground, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}_broken.py").write_text("oops(")
    words = [word for name in ("one", "two") for word in ("--plugins-dir", str(tmp_path / name))]
    stderr = playground.run(*words, "strategies", "list").stderr
    assert "plugin one_broken" in stderr
    assert "plugin two_broken" in stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_print_the_script_of_a_shell(playground, shell):
    script = playground.run("completions", shell).stdout
    assert "_PLAYGROUND_COMPLETE" in script
    assert f"{shell}_complete" in script


def test_completions_of_an_unknown_shell_name_the_known(playground):
    ran = playground.run("completions", "csh")
    assert ran.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in ran.stderr


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("playground ge", {"gen"}),
        ("playground gen --temp", {"--temperature", "--template"}),
        ("playground gen -m shake", {"shakespeare-rnn"}),
        ("playground gen -t sentiment-f", {"sentiment-few-shot"}),
        ("playground gen -s gree", {"greedy"}),
        ("playground gen --dtype int", {"int8"}),
        ("playground train char", {"char-rnn", "char-rnn-shakespeare"}),
        ("playground strategies show top_", {"top_a", "top_h", "top_k", "top_n_sigma", "top_p"}),
    ],
)
def test_the_shell_is_offered_names_and_values(playground, line, offered):
    words = line.split()
    ran = playground.process(
        env={
            "_PLAYGROUND_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
        }
    )
    assert {row.partition(",")[2] for row in ran.stdout.decode().splitlines()} == offered
