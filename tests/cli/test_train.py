"""`playground train`: flags made of the recipe, events as lines or for the eye, ctrl-c that loses nothing."""

import json
import shlex
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api.options import options_of
from playground.api.training import Progress
from playground.plugins import load_plugins
from playground.session.recipes import find, names, read, to_toml
from playground.session.training.braille import EMPTY, curve
from playground.session.training.wording import duration, loss_curve, progress_line

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

    def train(self, files, out, *, resume=False, device="auto", shard=False):
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


TINY_GPT = shlex.split(
    "--layers 1 --heads 2 --width 8 --batch-size 2 --sequence-length 16 --steps 3 --report-every 1 "
    "--sample-length 5"
)


def test_a_gpt_is_trained_and_fine_tuned_and_both_generate(playground, text, tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert playground.run("train", "gpt", text, "--out", one, *TINY_GPT).stdout == f"{one}\n"
    small = ["--batch-size", "2", "--sequence-length", "16", "--steps", "2"]
    ran = playground.run("finetune", one, text, "--out", two, *small)
    assert (ran.stdout, ran.exit_code) == (f"{two}\n", 0), ran.stderr
    for out in (one, two):
        generated = playground.run("gen", "A quick", "-m", out, "--max-tokens", "5")
        assert generated.exit_code == 0


def test_a_recipe_file_names_trainer_data_and_fields_and_flags_override_it(
    playground, text, tmp_path
):
    recipe = tmp_path / "mine.toml"
    recipe.write_text('trainer = "gpt"\ndata = "text.txt"\nsteps = 1\nwidth = 8\nheads = 1\n')
    ran = playground.run("train", str(recipe), "--out", str(tmp_path / "m"), "--jsonl", *TINY_GPT)
    assert ran.exit_code == 0, ran.stderr
    card = json.loads((tmp_path / "m" / "config.json").read_text())["training"]
    assert (card["recipe"]["steps"], card["recipe"]["width"], card["data"]) == (3, 8, ["text.txt"])


def test_a_recipe_is_shown_whole_as_a_file_that_gives_it_again(playground, tmp_path):
    shown = playground.run("train", "show", "gpt-shakespeare-char", "--seed", "7").stdout
    (tmp_path / "again.toml").write_text(shown)
    assert playground.run("train", "show", str(tmp_path / "again.toml")).stdout == shown
    assert 'trainer = "gpt"\n' in shown
    assert "\nseed = 7\n" in shown


TRAINERS = load_plugins().trainers


@settings(deadline=None, max_examples=50)
@given(st.text(), st.floats(0.1, 0.9), st.booleans())
def test_any_recipe_is_its_file(tmp_path_factory, prefix, share, repair):
    recipe = TRAINERS["gpt"](prefix=prefix, validation_share=share, repair=repair)
    file = tmp_path_factory.mktemp("recipe") / "any.toml"
    file.write_text(to_toml(recipe), encoding="utf-8", newline="")
    again = read(file, TRAINERS)
    assert again.trainer(**again.values) == recipe


@pytest.mark.parametrize("name", names(TRAINERS))
def test_every_recipe_that_ships_is_one(name):
    found = find(name, TRAINERS)
    assert found.summary
    assert msgspec.convert({"model": "gpt2", **found.values}, found.trainer)


def test_the_classic_joke_recipe_is_what_it_was(playground):
    shown = playground.run("train", "show", "jokes-gpt2").stdout.splitlines()
    assert {
        "accumulate = 32",
        "batch_size = 1",
        "learning_rate = 3e-05",
        "warmup_steps = 5000",
        "epochs = 5.0",
        "sequence_length = 500",
        'prefix = "JOKE: "',
        "drop_first_token = false",
    } <= set(shown)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("trainer = ", "is not TOML"),
        ("steps = 3", "trainer is None, and there are: char-rnn"),
        ('trainer = "abacus"', "trainer is 'abacus', and there are: char-rnn"),
        ('trainer = "gpt"\nstep = 3', "gpt has no option 'step'"),
        ('trainer = "gpt"\nsteps = 0', "steps must be int at least 1, not 0"),
        ('trainer = "gpt"\ndata = 3', "data must be a list of files, not 3"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(playground, tmp_path, content, told):
    (tmp_path / "bad.toml").write_text(content)
    ran = playground.run("train", str(tmp_path / "bad.toml"), "--out", str(tmp_path / "m"))
    assert ran.exit_code == 2
    assert told in ran.stderr


def test_a_recipe_that_is_not_there_is_said_and_one_that_is_near_is_meant(playground):
    assert "cannot be read" in playground.run("train", "nowhere.toml").stderr
    ran = playground.run("train", "gpt-clasics")
    assert (ran.exit_code, "gpt-classics" in ran.stderr) == (2, True)


def test_training_without_data_is_a_usage_error(playground, tmp_path):
    ran = playground.run("train", "gpt", "--out", str(tmp_path / "m"))
    assert (ran.exit_code, "name the files to train on" in ran.stderr) == (2, True)


def test_fine_tuning_a_model_that_is_not_here_says_how_to_get_it(playground, text, tmp_path):
    ran = playground.run("finetune", "gpt2", text, "--out", str(tmp_path / "m"))
    assert ran.exit_code == 3
    assert "playground models pull gpt2" in ran.stderr


def test_a_preview_of_data_tells_what_is_read_padded_and_done(playground, tmp_path):
    jokes = tmp_path / "jokes.csv"
    jokes.write_text("ID,Joke\n" + "".join(f"{i},a joke about number {i}\n" for i in range(300)))
    words = ["data", "preview", "gpt", str(jokes), "--column", "Joke", "--prefix", "JOKE: "]
    words += ["--sequence-length", "120", "--batch-size", "2", "-n", "2"]
    told = playground.run(*words).stdout
    assert "300 texts with" in told
    assert "held out" in told
    assert told.count("--- sequence") == 2
    assert "JOKE: a joke about number" in told
    packed, alone = (
        json.loads(playground.run(*words, "--json", "--packing", how).stdout)["padded_share"]
        for how in ("best-fit", "none")
    )
    assert packed < alone or alone < 0.05


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 60), st.integers(1, 9)
)
def test_a_curve_has_its_size_and_a_dot_in_every_column(values, width, height):
    lines = curve(values, width, height)
    assert [len(line) for line in lines] == [width] * height
    for column in range(width):
        assert any(ord(line[column]) > EMPTY for line in lines)


def test_a_falling_loss_is_a_falling_line():
    assert curve([3, 2, 1, 0], 2, 1) == ["⠑⢄"]
    assert curve([1, 1], 1, 1) == ["⠉"]
    lines = loss_curve([(10, 4.0), (20, 2.0), (30, 1.0)])
    assert lines[0].startswith("   4.000 ⠉")
    assert lines[-2].startswith("   1.000 ")
    assert lines[-1].split() == ["step", "10", "30"]


def test_the_curve_stands_at_the_end_of_a_run(playground, text, tmp_path):
    ran = playground.run("train", "gpt", text, "--out", str(tmp_path / "m"), *TINY_GPT)
    assert any("\u2800" < sign < "\u2900" for sign in ran.stderr)


def scalars(folder):
    """What TensorBoard itself reads in a folder: (step, value) by tag."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    found = EventAccumulator(str(folder)).Reload()
    tags = found.Tags()["tensors"]
    assert all(found.SummaryMetadata(tag).plugin_data.plugin_name == "scalars" for tag in tags)
    return {
        tag: [(point.step, make_ndarray(point.tensor_proto).item()) for point in found.Tensors(tag)]
        for tag in tags
    }


def test_event_files_hold_what_is_told_of_each_step(playground, text, tmp_path):
    pytest.importorskip("tensorboard")
    board = tmp_path / "board"
    words = ["--out", str(tmp_path / "m"), "--jsonl", "--tensorboard", str(board), *TINY]
    ran = playground.run("train", "char-rnn", text, *words)
    assert ran.exit_code == 0, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    told = [event for event in told if event["type"] == "progress"]
    found = scalars(board)

    def of(field):
        return [(e["step"], pytest.approx(e[field])) for e in told if e[field] is not None]

    assert found["loss/training"] == of("loss")
    assert found["loss/validation"] == of("validation_loss")
    assert found["learning_rate"] == of("learning_rate")
    assert len(found["loss/training"]) == 6
    assert len(found["loss/validation"]) == 2
    assert "accuracy/validation" not in found


def test_a_run_that_is_resumed_goes_on_in_the_same_folder(playground, text, tmp_path):
    pytest.importorskip("tensorboard")
    words = ["train", "char-rnn", text, "--out", str(tmp_path / "m"), *TINY, "--jsonl"]
    words += ["--tensorboard", str(tmp_path / "board")]
    words[words.index("--steps") + 1] = "100000"
    process = playground.start(*words)
    while json.loads(process.stdout.readline())["type"] != "saved":
        pass
    out, _, _ = playground.interrupt(process)
    step = json.loads(out.splitlines()[-1])["step"]
    process = playground.start(*words, "--resume")
    while json.loads(process.stdout.readline())["type"] != "progress":
        pass
    playground.interrupt(process)
    steps = [at for at, _ in scalars(tmp_path / "board")["loss/training"]]
    assert {1, 2, 3, step, step + 1} <= set(steps)
    assert len(list((tmp_path / "board").iterdir())) == 2


def test_without_the_package_nothing_is_trained_and_the_extra_is_named(
    playground, text, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "tensorboard.summary", None)
    board, out = str(tmp_path / "board"), str(tmp_path / "m")
    ran = playground.run("train", "char-rnn", text, "--out", out, "--tensorboard", board, *TINY)
    assert ran.exit_code == 2
    assert 'pip install "textgen-playground[tensorboard]"' in ran.stderr
    assert not (tmp_path / "m").exists()


def test_a_folder_for_event_files_that_cannot_be_written_is_said(playground, text, tmp_path):
    pytest.importorskip("tensorboard")
    (tmp_path / "file").write_text("")
    board = str(tmp_path / "file" / "board")
    ran = playground.run(
        "train", "char-rnn", text, "--out", str(tmp_path / "m"), "--tensorboard", board, *TINY
    )
    assert ran.exit_code == 1
    assert "cannot be written" in ran.stderr
    assert "Traceback" not in ran.stderr
