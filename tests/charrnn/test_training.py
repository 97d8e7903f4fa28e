"""Training runs: they learn, report, survive being killed, and end in the same weights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.api import InvalidInput, ModelUnavailable, PlaygroundError
from playground.api.training import Progress, Sampled, Saved, Trained, TrainingEvent
from playground_charrnn import CharRnnBackend, CharRnnTrainer
from playground_charrnn.checkpoint import load_weights
from playground_charrnn.config import load_config
from playground_charrnn.data import Batch, Streams, split
from playground_charrnn.evaluation import validation_loss
from playground_charrnn.network import Network
from playground_charrnn.vocabulary import Vocabulary

pytestmark = pytest.mark.usefixtures("one_thread")

TEXT = "the quick brown fox jumps over the lazy dog.\n" * 60
SMALL: dict[str, Any] = {
    "hidden_size": 16,
    "embedding_size": 8,
    "layers": 2,
    "batch_size": 4,
    "sequence_length": 8,
    "vocabulary": "learned",
    "steps": 60,
    "learning_rate": 0.02,
    "warmup_steps": 5,
    "evaluate_every": 20,
    "report_every": 10,
    "sample_length": 12,
}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


def train(text: Path, out: Path, *, resume: bool = False, **changes: Any) -> list[TrainingEvent]:
    recipe = CharRnnTrainer(**(SMALL | changes))
    return list(recipe.train([text], out, resume=resume, device="cpu"))


def files_of(out: Path) -> dict[str, bytes]:
    """What a finished model consists of."""
    return {name: (out / name).read_bytes() for name in ("config.json", "model.safetensors")}


def same_weights(one: Path, two: Path) -> bool:
    first, second = (load_weights(out, load_config(out)) for out in (one, two))
    return all((first[name] == second[name]).all() for name in first)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_learns(text: Path, tmp_path: Path, cell: str) -> None:
    events = train(text, tmp_path / "out", cell=cell, layers=1)
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].loss < progress[0].loss - 1
    assert isinstance(events[-1], Trained)
    assert events[-1].validation_loss < 2


def test_reports_as_it_goes(text: Path, tmp_path: Path) -> None:
    events = train(text, tmp_path / "out")
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == [10, 20, 30, 40, 50, 60]
    assert [event.validation_loss is not None for event in progress] == [False, True] * 3
    assert all(event.steps == 60 and event.tokens_per_second > 0 for event in progress)
    assert progress[0].eta_seconds > 0
    assert progress[-1].eta_seconds == 0
    samples = [event for event in events if isinstance(event, Sampled)]
    assert [(event.step, len(event.text)) for event in samples] == [(20, 12), (40, 12), (60, 12)]
    assert [event.step for event in events if isinstance(event, Saved)] == [20, 40, 60]


def test_leaves_a_model_that_loads_and_a_card_that_is_true(text: Path, tmp_path: Path) -> None:
    trained = train(text, tmp_path / "out")[-1]
    assert isinstance(trained, Trained)
    model = CharRnnBackend().load(Path(trained.path), device="auto", dtype="auto")
    config = load_config(tmp_path / "out")
    assert model.tokenizer.vocabulary_size == len(set(TEXT))
    card = config.training
    assert card["recipe"]["steps"] == 60
    assert card["recipe"]["seed"] == 1
    assert card["data"] == ["text.txt"]
    assert card["data_sha256"] == trained.data_sha256
    network = Network(config, load_weights(tmp_path / "out", config))
    _, held_out = split(np.array(Vocabulary(config.vocabulary).encode(TEXT).ids), 0.1)
    assert card["validation_loss"] == pytest.approx(validation_loss(network, held_out), abs=1e-4)


def test_the_same_recipe_gives_the_same_files(text: Path, tmp_path: Path) -> None:
    train(text, tmp_path / "one")
    train(text, tmp_path / "two")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    train(text, tmp_path / "other", seed=2)
    assert not same_weights(tmp_path / "one", tmp_path / "other")


def test_the_state_of_the_run_can_be_deleted(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    train(text, out)
    assert sorted(path.name for path in out.iterdir()) == [
        "config.json",
        "model.safetensors",
        "trainer",
    ]
    for path in (out / "trainer").iterdir():
        path.unlink()
    CharRnnBackend().load(out, device="auto", dtype="auto")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment_it_resumes_to_the_same_bytes(text: Path, tmp_path: Path) -> None:
    recipe = SMALL | {"evaluate_every": 8, "dropout": 0.2, "sample_length": 0}
    program = Path(__file__).with_name("killed_runs.py")
    arguments = [str(text), str(tmp_path), json.dumps(recipe), "4"]
    ended = subprocess.run(
        [sys.executable, str(program), *arguments], capture_output=True, text=True, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    rounds = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each["same"] for each in rounds] == [True] * 4
    assert any(each["killed"] for each in rounds)


def test_ctrl_c_saves_after_the_step_it_came_in_and_is_seen_by_the_caller(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, out = tmp_path / "reference", tmp_path / "out"
    train(text, reference)
    batch = Streams.batch

    def interrupted(self: Streams, step: int) -> Batch:
        if step == 30:
            signal.raise_signal(signal.SIGINT)
        return batch(self, step)

    seen: list[TrainingEvent] = []
    with monkeypatch.context() as patch:
        patch.setattr(Streams, "batch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            seen.extend(CharRnnTrainer(**SMALL).train([text], out, device="cpu"))
    assert isinstance(seen[-1], Saved)
    assert seen[-1].step == 31
    events = train(text, out, resume=True)
    assert isinstance(events[0], Progress)
    assert events[0].step == 40
    assert files_of(out) == files_of(reference)


def test_a_run_that_is_left_saves_where_it_stands(text: Path, tmp_path: Path) -> None:
    reference, out = tmp_path / "reference", tmp_path / "out"
    train(text, reference)
    running = CharRnnTrainer(**SMALL).train([text], out, device="cpu")
    while not (isinstance(event := next(running), Progress) and event.step == 50):
        pass
    del running
    events = train(text, out, resume=True)
    assert isinstance(events[0], Progress)
    assert events[0].step == 60
    assert files_of(out) == files_of(reference)


def test_resuming_a_finished_run_changes_nothing(text: Path, tmp_path: Path) -> None:
    train(text, tmp_path / "out")
    before = files_of(tmp_path / "out")
    events = train(text, tmp_path / "out", resume=True)
    assert [type(event) for event in events] == [Trained]
    assert files_of(tmp_path / "out") == before


def test_a_folder_in_use_is_not_overwritten(text: Path, tmp_path: Path) -> None:
    train(text, tmp_path / "out", steps=1)
    before = files_of(tmp_path / "out")
    with pytest.raises(InvalidInput, match="already holds a model") as raised:
        train(text, tmp_path / "out")
    assert "--resume" in raised.value.hint
    assert files_of(tmp_path / "out") == before


def test_resuming_another_recipe_is_refused_with_what_differs(text: Path, tmp_path: Path) -> None:
    train(text, tmp_path / "out", steps=2)
    with pytest.raises(InvalidInput, match=r"seed was 1 and is 5; steps was 2 and is 3"):
        train(text, tmp_path / "out", steps=3, seed=5, resume=True)


def test_resuming_on_other_data_is_refused(text: Path, tmp_path: Path) -> None:
    train(text, tmp_path / "out", steps=2)
    text.write_text(TEXT + "more")
    with pytest.raises(InvalidInput, match="begun on other data"):
        train(text, tmp_path / "out", steps=2, resume=True)


def test_resuming_where_there_is_no_run_is_refused(text: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no run to resume"):
        train(text, tmp_path / "out", resume=True)


def test_a_damaged_state_is_refused(text: Path, tmp_path: Path) -> None:
    train(text, tmp_path / "out", steps=2)
    state = tmp_path / "out" / "trainer" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(ModelUnavailable, match="is damaged"):
        train(text, tmp_path / "out", steps=2, resume=True)


def test_a_loss_that_is_not_finite_ends_the_run(text: Path, tmp_path: Path) -> None:
    with pytest.raises(PlaygroundError, match="the loss is (inf|nan) at step") as raised:
        train(text, tmp_path / "out", learning_rate=1e38, clip=1e30)
    assert "learning_rate" in raised.value.hint


def test_characters_outside_the_vocabulary_are_refused_or_dropped(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("naïve " * 300)
    with pytest.raises(InvalidInput, match="'ï'"):
        train(text, tmp_path / "out", vocabulary="printable", steps=1)
    train(text, tmp_path / "out", vocabulary="printable", unknown="drop", steps=1)
    assert load_config(tmp_path / "out").training["characters_dropped"] == 300


def test_an_unknown_device_is_refused(text: Path, tmp_path: Path) -> None:
    for device in ("abacus", "cuda:99"):
        with pytest.raises(InvalidInput, match=device):
            list(CharRnnTrainer(**SMALL).train([text], tmp_path / "out", device=device))


def test_a_folder_that_cannot_be_written_is_said(text: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaygroundError, match="cannot be written"):
        train(text, tmp_path / "file" / "out", steps=1)
