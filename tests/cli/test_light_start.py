"""Listing, help and completion load nothing heavy: by the names of the modules, in a process of its own."""

import statistics
import subprocess
import sys
import time

import pytest

HEAVY = {
    "torch",
    "transformers",
    "numpy",
    "textual",
    "prompt_toolkit",
    "tokenizers",
    "huggingface_hub",
}
FOR_PLUGINS = {"pluggy", "msgspec"}

LIST_MODULES = """
import sys
sys.argv[0] = "playground"
from playground.ui.cli.main import main
try:
    main()
finally:
    print(" ".join({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def modules_after(*words: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *words], capture_output=True, text=True, timeout=180
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "words", [["--help"], [], ["gen", "--help"], ["--version"], ["completions", "bash"]]
)
def test_help_imports_click_and_nothing_that_plugins_need(words):
    assert modules_after(*words) & (HEAVY | FOR_PLUGINS) == set()


@pytest.mark.parametrize(
    "words",
    [
        ["strategies", "list"],
        ["templates", "list"],
        ["plugins", "list"],
        ["models", "list"],
        ["train", "--help"],
        ["sessions", "list"],
        ["sessions", "search", "fox"],
        ["replay", "--help"],
    ],
)
def test_listing_loads_plugins_but_no_model_library(words):
    assert modules_after(*words) & HEAVY == set()


def test_explaining_a_stage_computes_without_a_model_library():
    assert modules_after("strategies", "show", "temperature") & HEAVY == {"numpy"}


def test_the_embedded_model_generates_without_torch():
    assert modules_after("gen", "ROMEO:", "--max-tokens", "1") & {"torch", "transformers"} == set()


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["gen", "--help"],
        ["sessions", "--help"],
        ["strategies", "list"],
        ["gen", "ROMEO:", "--max-tokens", "1", "--no-history"],
    ],
)
def test_a_database_is_loaded_only_where_the_history_is_opened(words):
    assert "sqlite3" not in modules_after(*words)
    assert "sqlite3" in modules_after("sessions", "list")


def test_completing_a_name_loads_plugins_but_no_model_library(monkeypatch):
    monkeypatch.setenv("_PLAYGROUND_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "playground gen --strategy gre")
    monkeypatch.setenv("COMP_CWORD", "3")
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "playground"], capture_output=True, text=True
    )
    assert ran.stdout == "plain,greedy\n"
    imported = {line.rsplit("|", 1)[-1].strip() for line in ran.stderr.splitlines()}
    assert imported & HEAVY == set()


def test_help_takes_at_most_three_times_as_long_as_importing_click():
    commands = {"click": ["-c", "import click"], "help": ["-m", "playground", "--help"]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(7):
        for name, words in commands.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
            seconds[name].append(time.perf_counter() - began)
    assert statistics.median(seconds["help"]) < 3 * statistics.median(seconds["click"])
