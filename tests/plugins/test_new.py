"""`playground plugins new`: what it writes works as it stands, and nothing is overwritten."""

from __future__ import annotations

import subprocess
import sys

import pytest

from playground.testing.check import check_file
from playground.ui.cli.plugins import KINDS

NAMES = {kind: f"new_{kind}" for kind in KINDS}


@pytest.fixture
def generate(tmp_path, invoke):
    """Write a plugin into the folder `made`."""
    made = tmp_path / "made"

    def generate(name: str, kind: str):
        return invoke("plugins", "new", name, "--kind", kind, "--dir", str(made))

    return generate


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_passes_every_check(kind, tmp_path, generate):
    result = generate(NAMES[kind], kind)
    assert result.exit_code == 0, result.stderr
    file = tmp_path / "made" / f"{NAMES[kind]}.py"
    assert f"next: playground plugins check {file}" in result.stdout
    verdicts = list(check_file(file))
    assert [verdict for verdict in verdicts if verdict.result != "held"] == []
    name = NAMES[kind].replace("_", "-") if kind == "action" else NAMES[kind]
    assert {verdict.thing for verdict in verdicts} >= {f"{kind} {name}"}
    assert "laceholder" not in file.read_text() + file.with_name(f"test_{file.name}").read_text()


def test_the_tests_of_new_plugins_pass_as_they_stand(tmp_path, generate):
    for kind, name in NAMES.items():
        assert generate(name, kind).exit_code == 0
    made = tmp_path / "made"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=made,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stdout
    for kind, name in NAMES.items():
        collected = (made / f"test_{name}.py").read_text().count("def test_")
        assert collected >= 1, kind


def test_new_plugins_work_together_in_a_generation_and_as_a_command(tmp_path, generate, run):
    for kind, name in NAMES.items():
        generate(name, kind)
    made = ("--plugins-dir", str(tmp_path / "made"))
    chain = "new_processor(margin=3) | new_strategy(sure=0.9)"
    words = ("-m", "new_backend", "-s", chain, "--seed", "1", "--max-tokens", "12")
    ran = run(*made, "gen", "the c", *words)
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.rstrip("\n")) >= 11
    assert "warning" not in ran.stderr
    counted = run(*made, "new_command", "the hat", "-m", "new_backend")
    assert counted.stdout.splitlines()[:2] == ["2\tt", "2\th"], counted.stderr
    shown = run(*made, "templates", "render", "new_template", "-p", "animal=owl")
    assert shown.stdout.rstrip("\n").endswith("\nThe owl:"), shown.stderr


@pytest.mark.parametrize("taken", ["new_strategy.py", "test_new_strategy.py"])
def test_nothing_is_overwritten(taken, tmp_path, generate):
    made = tmp_path / "made"
    made.mkdir()
    (made / taken).write_text("mine")
    result = generate("new_strategy", "strategy")
    assert result.exit_code == 2
    assert f"{made / taken} exists already" in result.stderr
    assert [file.name for file in made.iterdir()] == [taken]
    assert (made / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("My-Cut", "processor", "a plugin cannot be called 'My-Cut'"),
        ("a_b", "processor", "a plugin cannot be called 'a_b'"),
        ("class", "command", "a plugin cannot be called 'class'"),
        ("top_k", "processor", "there is a processor 'top_k' already, of plugin sampling"),
        ("greedy", "processor", "there is a strategy 'greedy' already, of plugin sampling"),
        ("sampling", "processor", "there is a plugin 'sampling' already"),
        ("gen", "command", "there is already a built-in command 'gen'"),
        ("top_k", "action", "there is already a built-in action 'top_k'"),
        ("json", "processor", "there is a Python module 'json' already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(name, kind, told, tmp_path, generate):
    result = generate(name, kind)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "made").exists()
