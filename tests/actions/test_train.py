"""`/train`: real trainings in processes of their own, begun, watched, stopped and gone on with."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.api.outputs import Note, Passage, Table
from playground.api.training import Saved
from playground.session.training.runs import Following, Runs

TEXT = "the quick brown fox jumps over the lazy dog.\n" * 60
TINY = (
    "--hidden-size 16 --embedding-size 8 --batch-size 4 --sequence-length 8 --warmup-steps 5 "
    "--vocabulary learned --evaluate-every 20 --report-every 5 --sample-length 12"
)
ENDLESS = "--steps 1000000"


@pytest.fixture
def text(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A text to train on; whatever still trains at the end of a test is ended."""
    path = home / "fox text.txt"
    path.write_text(TEXT)
    yield path
    runs = Runs()
    for run in runs.all():
        if pid := runs.place(run.name).pid():
            os.kill(pid, signal.SIGKILL)


def until_saved(hands) -> None:
    """Wait until a run that goes on has told that it is saved."""
    run = hands.bench.runs.find()
    if run.course.saved is None:
        assert any(isinstance(event, Saved) for event in Following(run, hands.bench.runs))


def prepared_steps(hands) -> list[int]:
    """Where a run stood each time it began."""
    lines = hands.bench.runs.place("char-rnn").events.read_text().splitlines()
    events = [json.loads(line) for line in lines[:-1]]  # the last one may be half written
    return [event["step"] for event in events if event["type"] == "prepared"]


def test_a_training_is_followed_to_its_end_and_its_model_is_found_by_name(hands, text):
    assert "is being trained" in hands.type(f"/train char-rnn '{text}' {TINY} --steps 40")
    followed = hands.type("/train follow char-rnn")
    assert "step 40/40 (100%)" in followed
    assert "char-rnn is trained, validation loss" in followed
    assert hands.bench.runs.find().state == "trained"
    hands.type("/model char-rnn")
    hands.type("/max 3")
    hands.type("the ")
    assert hands.bench.node.kind == "generated"


def test_a_training_outlives_its_front_end_and_is_stopped_and_resumed_by_another(hands, text):
    hands.type(f"/train char-rnn '{text}' {TINY} {ENDLESS}")
    until_saved(hands)
    found = Runs().find(str(hands.bench.runs.find().record.out))
    assert found.state == "training"
    assert "has stopped, saved at step" in hands.type("/train stop")
    stopped = hands.bench.runs.find()
    assert stopped.state == "stopped"
    assert "is being trained" in hands.type("/train resume char-rnn")
    assert stopped.course.saved is not None
    saved = stopped.course.saved.step
    for _ in Following(stopped, hands.bench.runs):
        if len(prepared_steps(hands)) == 2:
            break
    assert prepared_steps(hands) == [0, saved]


def test_the_best_model_so_far_is_used_while_it_trains(hands, text):
    hands.type(f"/train char-rnn '{text}' {TINY} {ENDLESS}")
    until_saved(hands)
    assert "model: " in hands.type("/train use")
    assert Path(hands.bench.choices.model) == hands.bench.runs.find().record.out
    hands.type("/max 3")
    hands.type("the ")
    assert hands.bench.node.kind == "generated"
    assert hands.bench.runs.find().state == "training"


def test_a_second_training_in_a_folder_is_refused_and_by_name_gets_another_folder(hands, text):
    hands.type(f"/train char-rnn '{text}' {TINY} {ENDLESS}")
    out = hands.bench.runs.find().record.out
    refused = hands.error(f"/train char-rnn '{text}' {TINY} --out '{out}'")
    assert "is being trained" in refused.text or "already holds" in refused.text
    assert "is being trained" in hands.error("/train resume").text
    hands.type(f"/train char-rnn '{text}' {TINY} {ENDLESS}")
    assert {run.record.out.name for run in hands.bench.runs.all()} == {"char-rnn", "char-rnn-2"}


def test_what_only_the_data_shows_is_told_when_the_process_has_ended(hands, text):
    text.write_text("")
    hands.type(f"/train char-rnn '{text}'")
    hands.type("/train follow")
    run = hands.bench.runs.find()
    assert run.state == "failed"
    assert "the files are empty" in run.problem
    assert run.problem in hands.type("/train")


def test_a_front_end_is_told_between_lines_that_a_training_has_ended(hands, text):
    hands.type(f"/train char-rnn '{text}' {TINY} --steps 20")
    for _ in Following(hands.bench.runs.find(), Runs()):
        pass
    (note,) = hands.bench.watched()
    assert "char-rnn is trained" in note.text
    assert hands.bench.watched() == []


def test_a_killed_training_is_stopped_and_goes_on_from_its_last_checkpoint(hands, text):
    hands.type(f"/train char-rnn '{text}' {TINY} {ENDLESS}")
    until_saved(hands)
    os.kill(hands.bench.runs.place("char-rnn").pid(), signal.SIGKILL)
    for _ in Following(hands.bench.runs.find(), hands.bench.runs):
        pass
    assert hands.bench.runs.find().state == "stopped"
    assert "is being trained" in hands.type("/train resume")
    until_saved(hands)
    assert "has stopped, saved" in hands.type("/train stop")


def test_alone_it_shows_all_trainings_and_the_curves_of_one(hands, text):
    assert "nothing is or was trained" in hands.type("/train")
    hands.type(f"/train char-rnn '{text}' {TINY} --steps 60")
    hands.type("/train follow")
    outputs = hands.outputs("/train")
    assert isinstance(outputs[0], Table)
    assert outputs[0].rows[0][:4] == ("char-rnn", "char-rnn", "trained", "60/60")
    passages = [
        "".join(p.text for p in output.pieces) for output in outputs if isinstance(output, Passage)
    ]
    assert "training loss" in passages[0]
    assert "validation loss" in passages[0]
    assert passages[1].startswith("sample at step 60:")
    assert not any(isinstance(output, Note) and output.kind == "error" for output in outputs)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("char-rn {text}", "there is no trainer or recipe 'char-rn'"),
        ("char-rnn", "name the files to train on"),
        ("char-rnn nothing.txt", "there is no file 'nothing.txt'"),
        ("char-rnn {text} --step 5", "there is no field --step"),
        ("char-rnn {text} --steps few", "--steps must be a whole number, not 'few'"),
        ("char-rnn {text} --steps 0", "steps must be"),
        ("char-rnn {text} --steps", "--steps needs a value"),
        ("nothing.toml {text}", "cannot be read"),
        ("stop", "nothing is or was trained here"),
        ("stop one two", "/train stop takes one training"),
    ],
)
def test_a_slip_is_told_before_a_process_is_made(hands, text, line, message):
    note = hands.error("/train " + line.format(text=f"'{text}'"))
    assert message in note.text
    assert hands.bench.runs.all() == []


def test_a_recipe_file_brings_its_data_and_its_fields_are_overridden(hands, text):
    recipe = text.with_name("mine.toml")
    recipe.write_text(f'trainer = "char-rnn"\ndata = ["{text.name}"]\nsteps = 1000\n')
    hands.type(f"/train '{recipe}' {TINY} --steps 20")
    hands.type("/train follow")
    run = hands.bench.runs.find("mine")
    assert run.state == "trained"
    assert run.course.trained.steps == 20


def test_recipes_files_and_verbs_are_completed(hands, text):
    from playground.session.actions.completing import completions

    offered = {each.text for each in completions(hands.bench, "/train ")}
    assert {"stop", "resume", "use", "char-rnn", "gpt-shakespeare-char"} <= offered
