"""`playground fill`: the masks of a text; and what a model of the other kind is told."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from playground.engine.masked import fill
from playground_hub import HubBackend

TEXT = "The quick [MASK] jumps over the [MASK]."


@pytest.fixture
def bert(playground, bert_folder):
    """A masked model by the name under which the documentation has one."""
    shutil.copytree(bert_folder, playground.folder / "data" / "models" / "bert")
    return "bert"


@pytest.fixture
def expected(bert_folder):
    model = HubBackend().load(bert_folder, device="cpu", dtype="auto")
    return fill(model, TEXT, 3)


def test_json_is_a_list_of_the_likeliest_for_each_mask(playground, bert, expected):
    found = json.loads(playground.run("fill", TEXT, "-m", bert, "--top", "3", "--json").stdout)

    assert [list(row) for row in found] == [["mask", "id", "text", "probability"]] * 6
    assert [(row["mask"], row["id"], row["text"]) for row in found] == [
        (each.mask, each.id, each.text) for each in expected
    ]
    assert [row["probability"] for row in found] == pytest.approx(
        [each.probability for each in expected], rel=1e-5
    )


def test_a_table_has_a_row_for_each_of_ten_unless_told_otherwise(playground, bert, expected):
    lines = playground.run("fill", "-", "-m", bert, stdin=TEXT).stdout.splitlines()

    best = expected[0]
    assert len(lines) == 21
    assert lines[0].split() == ["mask", "id", "text", "probability"]
    assert lines[1].split() == ["0", str(best.id), *f'"{best.text}" {best.probability:.4f}'.split()]


def test_a_folder_is_a_model_too(playground, bert_folder):
    ran = playground.run("fill", TEXT, "-m", str(bert_folder), "-n", "1", "--json")
    assert len(json.loads(ran.stdout)) == 2


def test_every_command_that_fills_in_the_documentation_works(playground, bert):
    root = Path(__file__).parents[2]
    pages = [root / "README.md", *root.glob("docs/*.md")]
    commands = {
        match
        for page in pages
        for match in re.findall(r'`playground fill "([^"]+)" -m bert`', page.read_text())
    }
    assert commands
    for text in commands:
        assert playground.run("fill", text, "-m", bert).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["gen", "The quick"],
        ["gen", "The quick", "-s", "beam(width=2)"],
        ["next", "The quick"],
        ["next", "The quick", "--each"],
        ["score", "The quick fox"],
        ["classify", "-t", "sentiment-zero-shot", "The quick"],
        ["models", "show", "bert", "--compare-dtypes"],
        ["compare", "The quick", "-s", "greedy", "-s", "sample"],
    ],
)
def test_a_masked_model_that_is_to_continue_says_what_it_does_instead(playground, bert, words):
    named = [] if "bert" in words else ["-m", bert]
    ran = playground.run(*words, *named)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "bert is a masked model: it reads a text from both sides" in ran.stderr
    assert 'playground fill "a [MASK] text" -m bert' in ran.stderr


def test_a_masked_model_cannot_draft_for_another(playground, bert):
    chain = 'speculative(draft="bert")'
    ran = playground.run("gen", "ROMEO:", "-s", chain, "--max-tokens", "4")
    assert ran.exit_code == 2
    assert "bert is a masked model" in ran.stderr


FAULTS = {
    (TEXT, "-m", "shakespeare-rnn"): (2, "shakespeare-rnn fills no masks: it continues text"),
    ("no gap", "-m", "bert"): (2, "write [MASK] where a word is missing"),
    ("[MASK]" * 300, "-m", "bert"): (5, "302 tokens, with those around it"),
    ("the [MASK] 🦊", "-m", "bert"): (2, "no token for '🦊'"),
    (TEXT, "-m", "bert", "--top", "0"): (2, "x>=1"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_is_told(playground, bert, words):
    ran = playground.run("fill", *words)

    code, message = FAULTS[words]
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert message in ran.stderr


def test_the_card_says_what_it_is_for(playground, bert):
    shown = playground.run("models", "show", bert).stdout
    assert "BertForMaskedLM" in shown
    assert "playground fill" in shown
    assert "ready" in next(
        line for line in playground.run("models", "list").stdout.splitlines() if "bert " in line
    )
