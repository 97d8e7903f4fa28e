"""`playground train`: flags made of the recipe, events as lines or for the eye, ctrl-c that loses nothing."""

import json
import shlex

import pytest

from playground.api.options import options_of
from playground.api.training import Progress
from playground.plugins import load_plugins
from playground.ui.cli.train_view import duration, progress_line

TINY = shlex.split(
    "--layers 1 --hidden-size 8 --embedding-size 0 --batch-size 4 --sequence-length 16 --steps 6 "
    "--evaluate-every 3 --report-every 1 --sample-length 20"
)


@pytest.fixture
def text(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("A quick brown fox jumps over the lazy dog.\n" * 60)
    return str(file)


def test_every_field_of_a_recipe_is_a_flag_with_its_default(playground):
    shown = " ".join(playground.run("train", "char-rnn", "--help").stdout.split())
    for option in options_of(load_plugins().trainers["char-rnn"]):
        assert f"--{option.name.replace('_', '-')} " in shown
        assert f"default {option.default}" in shown


def test_trainers_are_listed_with_what_they_make(playground):
    assert "char-rnn" in playground.run("train", "--help").stdout


def test_a_trained_model_is_told_on_stdout_and_generates(playground, text, tmp_path):
    out = str(tmp_path / "model")
    ran = playground.run("train", "char-rnn", text, "--out", out, *TINY)
    assert (ran.stdout, ran.exit_code) == (f"{out}\n", 0), ran.stderr
    assert "validation loss" in ran.stderr
    assert "sample at step 3" in ran.stderr
    generated = playground.run("gen", "A quick", "-m", out, "--max-tokens", "5")
    assert (len(generated.stdout), generated.exit_code) == (5, 0)


def test_jsonl_is_an_event_a_line(playground, text, tmp_path):
    ran = playground.run("train", "char-rnn", text, "--out", str(tmp_path / "m"), "--jsonl", *TINY)
    types = [json.loads(line)["type"] for line in ran.stdout.splitlines()]
    assert {"progress", "sample", "saved"} <= set(types)
    assert types[-1] == "trained"


def test_ctrl_c_saves_and_tells_the_command_that_goes_on(playground, text, tmp_path):
    words = ["train", "char-rnn", text, "--out", str(tmp_path / "m"), *TINY, "--jsonl"]
    words[words.index("--steps") + 1] = "1000000"
    process = playground.start(*words)
    while json.loads(process.stdout.readline())["type"] != "progress":
        pass
    out, err, code = playground.interrupt(process)
    assert code == 130
    saved = json.loads(out.splitlines()[-1])
    assert saved["type"] == "saved"
    assert "Traceback" not in err.decode()
    told = shlex.split(err.decode().partition("go on with: ")[2])
    assert told[0] == "playground"
    assert {*told[1:], "--jsonl"} == {*words, "--resume"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--hidden-size", "0"], "hidden_size must be int at least 1"),
        (["--cell", "lsmt"], "'lsmt' is not one of"),
        (["--hiden-size", "8"], "'--hiden-size'"),
        (["--learning-rate", "nan"], "learning_rate must be a finite number"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_a_usage_error(playground, text, tmp_path, words, told):
    ran = playground.run("train", "char-rnn", text, "--out", str(tmp_path / "m"), *words)
    assert ran.exit_code == 2
    assert told in ran.stderr
    assert not (tmp_path / "m").exists()


def test_a_missing_file_and_a_missing_folder_are_usage_errors(playground, text, tmp_path):
    assert playground.run("train", "char-rnn", "/no/file", "--out", str(tmp_path)).exit_code == 2
    assert playground.run("train", "char-rnn", text).exit_code == 2


PRETENDER = """
from typing import ClassVar
from playground.api import hookimpl
from playground.api.training import Progress, Sampled, Saved, Trained, Trainer

class Pretend(Trainer, frozen=True):
    name: ClassVar[str] = "pretend"
    summary: ClassVar[str] = "tells of a training that never was"

    def train(self, files, out, *, resume=False, device="auto"):
        for step, loss in ((1, None), (2, 1.5)):
            yield Progress(
                step=step, steps=2, loss=2.0, validation_loss=loss,
                tokens_per_second=1000.0, eta_seconds=1.0,
            )
        yield Sampled(step=2, text="\\x1b[31mred")
        yield Saved(step=2, path=str(out / "run"))
        yield Trained(path=str(out), validation_loss=1.5, steps=2, seconds=3.0, data_sha256="0")

@hookimpl
def register_trainers():
    return [Pretend]
"""


@pytest.fixture
def pretend(playground, text, tmp_path):
    playground.plugin("pretender", PRETENDER)
    return ["train", "pretend", text, "--out", str(tmp_path / "m")]


def test_progress_moves_in_one_line_on_a_terminal(playground, pretend):
    screen, code = playground.on_terminal(*pretend)
    assert code == 0
    assert screen.startswith(b"\r\x1b[Kstep 1/2 (50%) \xc2\xb7 loss 2.000")
    assert b"\r\x1b[Kstep 2/2 (100%)" in screen


def test_what_a_model_writes_in_training_is_seen_and_not_obeyed(playground, pretend):
    screen, _ = playground.on_terminal(*pretend)
    assert "␛[31mred".encode() in screen


def test_elsewhere_only_evaluations_are_lines(playground, pretend):
    screen, _ = playground.on_terminal(*pretend, TERM="dumb")
    piped = playground.run(*pretend).stderr
    for lines in (screen.decode().splitlines(), piped.splitlines()):
        assert [line for line in lines if line.startswith("step ")] == [
            "step 2/2 (100%) · loss 2.000 · validation 1.500 · 1,000 tokens/s · 1 s left"
        ]
    assert b"\x1b" not in screen


def test_a_line_of_progress_tells_speed_losses_and_what_is_left():
    event = Progress(
        step=250,
        steps=12_000,
        loss=1.9,
        validation_loss=1.871,
        tokens_per_second=40_000.0,
        eta_seconds=725.0,
    )
    assert progress_line(event) == (
        "step 250/12,000 (2%) · loss 1.900 · validation 1.871 · 40,000 tokens/s · 12 min left"
    )


def test_durations_are_rounded_for_people():
    assert [duration(s) for s in (0.4, 45, 725, 11_100)] == ["0 s", "45 s", "12 min", "3 h 05 min"]
