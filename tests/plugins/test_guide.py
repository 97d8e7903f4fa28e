"""docs/writing-a-plugin.md says what there is, all of it, and its examples work."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import playground.api
import playground.testing
from playground.api import hooks, model
from playground.api.actions import Desk
from playground.api.candidates import Candidates
from playground.api.decoding import DecodeContext, Noise, Step
from playground.api.inspectors import Inspected
from playground.api.training import Trainer
from playground.plugin_offers import HOOKS

GUIDE = (Path(__file__).parents[2] / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- (?:plugin|test): (\w+\.py) -->\n```python\n(.*?)```", re.DOTALL)
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_section_with_what_it_takes_and_returns(hook):
    signature = inspect.signature(getattr(hooks, hook))
    heading = f"\n### `{hook}{str(signature).replace(chr(39), '')}`\n"
    assert heading in GUIDE


def test_no_hook_is_described_that_does_not_exist():
    misspelt_on_purpose = {"register_procesors"}
    assert set(re.findall(r"register_\w+", GUIDE)) == set(HOOKS) | misspelt_on_purpose


def members(kind: type) -> set[str]:
    """Public attributes, declared, computed or callable."""
    declared = {*vars(kind), *getattr(kind, "__annotations__", {})}
    return {name for name in declared if not name.startswith("_")}


@pytest.mark.parametrize(
    "kind",
    [
        Candidates,
        Step,
        DecodeContext,
        Noise,
        Desk,
        Inspected,
        model.Backend,
        model.LanguageModel,
        model.Tokenizer,
        model.State,
    ],
)
def test_every_member_of_what_plugins_are_given_or_give_is_named(kind):
    missing = {name for name in members(kind) if not re.search(rf"\b{name}\b", GUIDE)}
    assert missing == set()


@pytest.mark.parametrize(
    "method",
    [
        Candidates.keep,
        Candidates.top,
        Candidates.rescored,
        Candidates.find,
        Candidates.logprob_of,
        Candidates.rank_of,
        DecodeContext.candidates,
        DecodeContext.choose,
        DecodeContext.read,
        DecodeContext.read_all,
        Desk.add,
        Desk.generate,
        Desk.predictions,
        Desk.score,
        Desk.set,
        Inspected.tokens,
        Inspected.score,
        Inspected.predictions,
        Inspected.why,
        Noise.gumbel,
        Noise.uniform,
        model.Backend.recognises,
        model.Backend.card,
        model.Backend.tokenizer,
        model.Backend.load,
        model.LanguageModel.start,
        model.LanguageModel.read,
        model.LanguageModel.rewind,
        model.Tokenizer.encode,
        model.Tokenizer.piece,
        model.Tokenizer.label,
        Trainer.train,
    ],
    ids=lambda method: method.__qualname__,
)
def test_methods_are_shown_with_their_arguments(method):
    parameters = list(inspect.signature(method).parameters.values())[1:]
    plain = [p.replace(annotation=p.empty, default=p.empty) for p in parameters]
    assert f"{method.__name__}{inspect.Signature(plain)}" in GUIDE


def test_every_tool_for_tests_is_named():
    missing = {name for name in playground.testing.__all__ if f"`{name}" not in GUIDE}
    assert missing == {"Decoded"}


def test_names_in_examples_are_public():
    for source in (source for _, source in EXAMPLE.findall(GUIDE)):
        for names in re.findall(r"from playground\.api import ([\w, ]+)", source):
            assert set(names.split(", ")) <= set(playground.api.__all__)


def test_the_example_of_a_test_passes_beside_its_plugin(tmp_path):
    for name, source in EXAMPLE.findall(GUIDE):
        (tmp_path / name).write_text(source, encoding="utf-8")
    ran = _run("python -m pytest -q -p no:cacheprovider --rootdir . test_no_echo.py", tmp_path)
    assert ran.returncode == 0, ran.stdout


def test_the_commands_work_in_the_order_they_are_shown(tmp_path):
    shown = "\n".join(COMMANDS.findall(GUIDE))
    assert shown.count("playground ") >= 6
    ran = _run(f"set -e\n{shown}", tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ok       processor my_cut" in ran.stdout
    assert "warning" not in ran.stderr


def _run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In a shell whose `python` and `playground` are those of this environment."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=180,
    )
