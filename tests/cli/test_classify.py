"""`playground classify`: labels by likelihood, calibrated or not."""

from __future__ import annotations

import json

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
