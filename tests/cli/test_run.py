"""`playground run`: a transcript once more; exit code 1 and both outcomes where it differs."""

from __future__ import annotations

import pytest


@pytest.fixture
def tale(playground):
    return playground.model("tale", " upon a time.", after="Once")


RIGHT = """\
# A tale.
> /set model tale
> /set chain greedy
> /seed 1
| -- seed: 1
> Once
| Once upon a time.
| -- node 2 · 14 tokens in … s · the model ended the text · seed 1
"""


def test_what_comes_out_the_same_is_ok_and_leaves_no_session_in_the_history(
    playground, tale, tmp_path
):
    (tmp_path / "tale.play").write_text(RIGHT)
    ran = playground.run("run", str(tmp_path / "tale.play"))
    assert ran.exit_code == 0, ran.output
    assert "> Once\nOnce upon a time.\n" in ran.stdout
    assert "4 steps, 2 compared, all the same" in ran.stderr
    assert playground.run("sessions", "list", "--json").stdout.strip() == "[]"


def test_a_difference_is_exit_code_1_with_what_was_expected_and_what_came(
    playground, tale, tmp_path
):
    (tmp_path / "tale.play").write_text(RIGHT.replace("upon", "in"))
    ran = playground.run("run", "-q", str(tmp_path / "tale.play"))
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert "tale.play:6: the outcome differs" in ran.stderr
    assert "-Once in a time.\n+Once upon a time." in ran.stderr


def test_a_file_that_is_no_transcript_is_exit_code_2(playground, tmp_path):
    (tmp_path / "x.play").write_text("Once\n")
    ran = playground.run("run", str(tmp_path / "x.play"))
    assert ran.exit_code == 2
    assert "x.play:1: a line begins with" in ran.stderr


def test_what_the_repl_recorded_runs_as_a_process(playground, tale, tmp_path):
    file = tmp_path / "recorded.play"
    script = f"/record {file}\nOnce\n\n/tree\n/record off\n"
    recorded = playground.process(
        "repl", "-m", tale, "-s", "greedy", "--no-history", input=script.encode()
    )
    assert recorded.returncode == 0
    ran = playground.process("run", str(file))
    assert ran.returncode == 0, ran.stderr
    file.write_text(file.read_text().replace("upon a time.", "upon a crime."))
    assert playground.process("run", str(file)).returncode == 1
