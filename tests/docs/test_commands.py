"""Every command that the documentation shows works as it is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.users import move_in

BOOK = "".join(f"Once upon a time there was a fox of {age} years.\n\n" for age in range(150))
REVIEWS = "text,says\n" + "".join(
    f"a {word} film {number},{label}\n"
    for number in range(60)
    for word, label in (("lovely", "good"), ("dull", "bad"))
)
QUICKLY = {
    # Hours and minutes of work, cut down to what shows that the command is understood and does it.
    "char-rnn": "--steps 2 --hidden-size 8 --layers 1 --sequence-length 16 --batch-size 2",
    "gpt": "--steps 2 --width 8 --layers 1 --heads 2 --batch-size 2",
    "finetune": "--steps 2 --batch-size 2 --sequence-length 16",
    "bench": "--list",
}


@pytest.fixture
def folder(tmp_path, monkeypatch, shown) -> Path:
    """Where a reader might stand: with a book of his own, and the plugin of the README saved."""
    move_in(monkeypatch, tmp_path, keep=("PLAYGROUND_WORKER", "PLAYGROUND_RUNTIME_HOME"))
    monkeypatch.setenv("PLAYGROUND_OFFLINE", "1")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    place = tmp_path / "reader"
    place.mkdir()
    (place / "my-book.txt").write_text(BOOK)
    (place / "reviews.csv").write_text(REVIEWS)
    readme = (shown.root / "README.md").read_text(encoding="utf-8")
    name, plugin = re.search(
        r"<!-- plugin: (\S+) -->\n```python\n(.*?)```", readme, re.DOTALL
    ).groups()
    (place / name).write_text(plugin)
    (place / "FOLDER").mkdir()
    (place / "FOLDER" / name).write_text(plugin)
    monkeypatch.chdir(place)
    return place


def test_the_commands_of_a_block_work_one_after_the_other(block, folder, shown, capfd, monkeypatch):
    for command in block.commands:
        words = shown.words(command)
        if words is None:
            code = run_in_a_shell(command)
        elif words[0] == "make":
            code = subprocess.run(
                ["make", "-n", *words[1:]], cwd=shown.root, check=False
            ).returncode
        elif words[0] == "playground":
            code = run_here(words[1:], monkeypatch)
        else:
            code = subprocess.run(words, check=False, stdin=subprocess.DEVNULL).returncode
        out, err = capfd.readouterr()
        assert code == 0, f"{command}\n{err}"
        # Nobody types at the prompt here.
        assert out or err or words[0] == "make" or "repl" in words, f"{command} printed nothing"


def run_in_a_shell(command: str) -> int:
    return subprocess.run(["bash", "-euo", "pipefail", "-c", command], check=False).returncode


def run_here(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of `playground …` run in this process, where libraries are imported once."""
    from playground.ui.cli.app import cli

    extra = next((QUICKLY[word] for word in arguments if word in QUICKLY), "")
    with open(os.devnull) as nothing, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", nothing)
        with pytest.raises(SystemExit) as ended:
            cli.main([*arguments, *extra.split()])
    return int(ended.value.code or 0)


def test_commands_in_running_text_exist(span, shown):
    from playground.ui.cli.app import cli

    _, text = span
    context = click.Context(cli, info_name="playground")
    command: click.Command = cli
    for word in (word for word in text.split()[1:] if not word.startswith("-")):
        if not isinstance(command, click.Group) or word.isupper():  # NAME stands for any
            break
        for choice in word.split("|"):
            assert choice in command.list_commands(context), f"{text}: there is no {choice!r}"
        command = command.get_command(context, word.split("|")[0])
        context = click.Context(command, info_name=word, parent=context, obj=context.obj)
