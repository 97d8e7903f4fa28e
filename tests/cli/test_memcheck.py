"""`playground memcheck` and `compare --against` tell what of a text stands in data, beside human text."""

import json

import pytest

PASSAGE = "Brevity is the soul of wit, and tediousness the limbs and outward flourishes."


@pytest.fixture
def data(tmp_path):
    paragraphs = [
        f"Scene {n}: enter {n + 2} lords, who speak of {n * 3} swords." for n in range(200)
    ]
    (tmp_path / "data.txt").write_text("\n\n".join(paragraphs))
    (tmp_path / "human.txt").write_text(f"{PASSAGE} " * 40)
    return paragraphs, str(tmp_path / "data.txt"), str(tmp_path / "human.txt")


def test_what_stands_in_the_data_is_marked_and_human_text_stands_beside(playground, data):
    paragraphs, file, human = data
    ran = playground.run(
        "memcheck", f"Yes! {paragraphs[5]}", "--against", file, "--held-out", human
    )
    assert ran.stdout.startswith("Yes!")
    assert f"{paragraphs[5]}]" in ran.stdout.splitlines()[0]
    assert "held out: human.txt" in ran.stdout
    assert "data.txt, line 11" in ran.stdout
    assert "building the index" in ran.stderr
    again = playground.run("memcheck", "Scene", "--against", file, "--held-out", human)
    assert "building" not in again.stderr


def test_what_was_generated_last_is_checked(playground, data):
    said = playground.run("gen", "Scene", "--max-tokens", "30", "--seed", "1").stdout
    ran = playground.run("memcheck", "--last", "--against", data[1], "--json")
    found = json.loads(ran.stdout)
    assert found["text"]["characters"] == len(said.removesuffix("\n").removeprefix("Scene"))
    assert found["held_out"]["characters"] == found["text"]["characters"]


def test_compare_tells_it_of_every_run(playground, data):
    line = ["compare", "Scene", "-s", "greedy", "-s", "sample", "--max-tokens", "20"]
    ran = playground.run(*line, "--against", data[1], "--json")
    found = json.loads(ran.stdout)
    assert [each["text"]["characters"] for each in found["memory"]] == [
        len(run["text"]) for run in found["runs"]
    ]
    shown = playground.run(*line, "--against", data[1])
    assert "8-grams" in shown.stdout
    assert "held out)" in shown.stdout


def test_two_texts_are_one_too_many(playground, data):
    failed = playground.run("memcheck", "a text", "--last", "--against", data[1])
    assert failed.exit_code == 2
    assert "give one of them" in failed.stderr


def test_data_that_is_no_text_is_an_error(playground, tmp_path):
    (tmp_path / "data").write_bytes(b"a\0b")
    failed = playground.run("memcheck", "a text", "--against", str(tmp_path / "data"))
    assert failed.exit_code == 2
    assert "is not text" in failed.stderr
