"""Transcripts: recorded, read, run again, and loud where the outcome differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground.session.transcript import Differs, Recording, Step, play, read, steps

WRITTEN = """\
# a comment

> Once
| Once upon
| a time
> \"\"\"
>> two
>> lines
>> \"\"\"
>
|
| x
"""


def test_a_transcript_is_read_step_by_step():
    assert steps(WRITTEN, "x.play") == [
        Step(3, "Once", "Once upon\na time"),
        Step(6, '"""\ntwo\nlines\n"""', None),
        Step(10, "", "\nx"),
    ]


def test_a_line_that_is_none_of_a_transcript_is_an_error_with_its_place():
    with pytest.raises(InvalidInput, match="x.play:2: a line begins with"):
        steps("> Once\nOnce upon", "x.play")


LINES = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])).filter(
    lambda text: not text.startswith("\n")
)


@given(st.lists(st.tuples(LINES, LINES)))
def test_what_is_written_is_read_again(tmp_path_factory, pairs):
    file = tmp_path_factory.mktemp("play") / "x.play"
    recording = Recording(file)
    for line, outcome in pairs:
        recording.write(line, outcome)
    recording.close()
    found = read(str(file))
    assert [(step.line, step.expected or "") for step in found] == pairs


def test_what_was_recorded_runs_again_and_is_the_same(open_bench, model, tmp_path):
    name = model("coins", [{"a": 0.5, "b": 0.5}] * 60, after="x")
    hands = open_bench(model=name, chain="sample", max_tokens=20)
    hands.type("before")
    assert "recording" in hands.type(f"/record {tmp_path}/x.play")
    for line in ('"""\nx\n"""', "", "/retry", "/tree", "/tokens", "/nope", "/stop a", "", "/stats",
                 "/score xab", "/goto 2", "/diff 2 3", "/probs on", "/help undo"):  # fmt: skip
        hands.type(line)
    hands.editor = lambda text: text + "\nmore"
    hands.type("/edit")
    hands.type("/record off")
    hands.type("/after")
    found = read(f"{tmp_path}/x.play")
    assert found[0].line == "/new"
    assert found[-1].line.startswith("/edit ")
    again = open_bench(keep=False)
    assert len(list(play(again.bench, found, "x.play"))) == len(found)
    assert again.bench.text == hands.bench.text
    assert sum(step.expected is not None for step in found) == 15


def test_run_does_it_in_the_session_and_says_where_it_differs(hands, tmp_path):
    file = tmp_path / "x.play"
    file.write_text(
        "> Once\n| Once upon a time.\n"
        "| -- node 2 · 14 tokens in … s · the model ended the text · seed 1\n"
        "> /undo\n> /goto 0\n| elsewhere\n> /type never\n"
    )
    shown = hands.type(f"/run {file}")
    assert f"error: {file}:5: the outcome differs" in shown
    assert "-elsewhere\n+-- node 0: 0 characters" in shown
    assert [node.text for node in hands.bench.tree] == ["Once", " upon a time."]


def test_play_stops_at_the_first_difference_and_shows_both(hands):
    script = steps("> Once\n| Twice\n> /quit\n", "x.play")
    with pytest.raises(Differs) as caught:
        list(play(hands.bench, script, "x.play"))
    assert caught.value.exit_code == 1
    assert "x.play:1" in caught.value.message
    assert "-Twice" in caught.value.hint
    assert "+Once upon a time." in caught.value.hint


def test_quit_ends_a_transcript(hands):
    script = steps("> /quit\n> /nope\n| x\n", "x.play")
    assert [step.line for step, _ in play(hands.bench, script, "x.play")] == ["/quit"]


def test_recording_begins_once_and_ends_once(hands, tmp_path):
    assert hands.error("/record off").hint == "/record FILE begins"
    hands.type(f"/record {tmp_path}/a.play")
    assert "is being recorded" in hands.error(f"/record {tmp_path}/b.play").text
    hands.type("/record off")
    assert "cannot write" in hands.error(f"/record {tmp_path}/a.play").text


def test_stop_ends_a_transcript_that_runs(hands, tmp_path):
    file = tmp_path / "x.play"
    file.write_text("> Once\n> /type never\n")
    for output in hands.bench.run(f"/run {file}"):
        if getattr(output, "text", "") == "> Once":
            hands.bench.stop()
    assert "never" not in hands.bench.text
