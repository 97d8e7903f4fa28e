"""`playground classify`: labels by likelihood, calibrated or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TEMPLATE = """
query = '{{input}}:'
[labels]
good = 'A'
bad = 'Bc'
"""


@pytest.fixture
def letters(playground):
    """A model that says A or B, more or less likely by how long the text is, and c after B."""

    def letters(likely: dict[int, float]) -> str:
        script = [{"A": p, "B": 1 - p} for p in (likely.get(at, 0.5) for at in range(12))]
        folder = playground.folder / "config" / "prompts"
        folder.mkdir(parents=True)
        (folder / "ab.toml").write_text(TEMPLATE.replace("Bc", "B"))
        return playground.model("letters", script)

    return letters


def test_labels_are_ranked_by_likelihood(playground, letters):
    model = letters({2: 0.25})
    result = playground.run("classify", "-m", model, "-t", "ab", "x", "--json")

    found = json.loads(result.stdout)
    assert result.stderr == ""
    assert found["label"] == "bad"
    assert found["scores"] == pytest.approx({"bad": 0.75, "good": 0.25}, abs=1e-6)
    assert list(found["scores"]) == ["bad", "good"]


def test_the_table_has_a_row_a_label(playground, letters):
    result = playground.run("classify", "-m", letters({2: 0.25}), "-t", "ab", "x")

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["label", "probability", "log-likelihood"],
        ["bad", "0.7500", "-0.288"],
        ["good", "0.2500", "-1.386"],
    ]


def test_calibration_takes_off_what_the_model_prefers_without_content(playground, letters):
    # "x:" has two tokens, and "N/A:", ":" and "[MASK]:" have four, one and seven.
    model = letters({2: 0.6, 4: 0.9, 1: 0.8, 7: 0.7})
    result = playground.run("classify", "-m", model, "-t", "ab", "x", "--calibrate", "--json")

    good, bad = 0.6 / 0.8, 0.4 / 0.2
    found = json.loads(result.stdout)
    assert found["label"] == "bad"
    assert found["scores"]["good"] == pytest.approx(good / (good + bad), abs=1e-6)
    assert found["calibrated"] is True


def test_labels_of_several_tokens_are_warned_of_unless_calibrated(playground, letters):
    model = letters({})
    (playground.folder / "config" / "prompts" / "ab.toml").write_text(TEMPLATE)

    assert (
        "labels of several tokens"
        in playground.run("classify", "-m", model, "-t", "ab", "x").stderr
    )
    calibrated = playground.run("classify", "-m", model, "-t", "ab", "x", "--calibrate")
    assert (calibrated.exit_code, calibrated.stderr) == (0, "")


def test_the_text_comes_from_a_pipe_too(playground, letters):
    model = letters({2: 0.25})
    result = playground.run("classify", "-m", model, "-t", "ab", "-", "--json", stdin="x\n")
    assert json.loads(result.stdout)["label"] == "bad"


FAULTS = {
    ("x",): (2, "give a template that has labels"),
    ("-t", "tldr", "x"): (2, "no labels to choose from"),
    ("-t", "fox"): (2, "no labels to choose from"),
    ("-t", "sentiment", "x"): (2, "did you mean"),
    ("-t", "ab", "x", "-m", "lettres"): (3, "lettres"),
    ("-t", "ab", "far too long"): (5, "the context is 8"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_is_told_with_its_exit_code(playground, letters, words):
    letters({})
    model = () if "-m" in words else ("-m", playground.model("short", "", context_length=8))
    result = playground.run("classify", *model, *words)

    code, message = FAULTS[words]
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr


LABELLED = [("fine", "good"), ("lovely", "good"), ("awful", "bad"), ("dull", "bad")]


@pytest.fixture
def head(playground):
    """A model whose head was trained to tell good from bad, as a person trains it."""
    folder = playground.folder
    rows = [f"a {word} film {n},{label}" for n in range(20) for word, label in LABELLED]
    (folder / "rows.csv").write_text("text,says\n" + "\n".join(rows))
    small = ["--steps", "4", "--batch-size", "8", "--sequence-length", "24"]
    shape = ["--layers", "1", "--heads", "2", "--width", "32", "--vocabulary-size", "300"]
    quick = ["--learning-rate", "0.02", "--warmup-steps", "2", "--evaluate-every", "4"]
    base, tuned = str(folder / "base"), str(folder / "tuned")
    data = str(folder / "rows.csv")
    ran = playground.run("train", "gpt", data, "--out", base, *small, *shape, *quick)
    assert ran.exit_code == 0, ran.stderr
    ran = playground.run(
        "finetune", base, data, "--label-column", "says", "--out", tuned, *small, *quick
    )
    assert (ran.exit_code, ran.stdout) == (0, f"{tuned}\n"), ran.stderr
    assert "· accuracy " in ran.stderr
    assert f'try: playground classify "A text." -m {tuned}' in ran.stderr
    return tuned


def test_a_head_that_was_trained_labels_without_a_template(playground, head):
    from playground.engine.labels import label
    from playground_gpt import GptBackend

    wanted = label(GptBackend().load(Path(head), device="cpu", dtype="auto"), "a dull film")
    told = json.loads(playground.run("classify", "a dull film", "-m", head, "--json").stdout)
    assert told["label"] == wanted.label
    assert told["scores"] == pytest.approx(wanted.scores, abs=1e-4)
    assert set(told["scores"]) == {"good", "bad"}
    assert told["calibrated"] is False
    piped = playground.run("classify", "-", "-m", head, stdin="a dull film")
    assert piped.stdout.splitlines()[1].split()[0] == wanted.label


def test_without_a_template_and_a_head_it_is_said_what_to_do(playground, letters):
    ran = playground.run("classify", "x", "-m", letters({}))
    assert ran.exit_code == 2
    assert "no head that labels texts" in ran.stderr
    assert "-t sentiment-few-shot" in ran.stderr
    assert "--label-column" in ran.stderr


@pytest.mark.parametrize("words", [["--calibrate"], ["-p", "a=b"], ["--shots", "1"]], ids=str)
def test_what_is_of_a_template_needs_one(playground, letters, words):
    ran = playground.run("classify", "x", "-m", letters({}), *words)
    assert ran.exit_code == 2
    assert "-t" in ran.stderr
