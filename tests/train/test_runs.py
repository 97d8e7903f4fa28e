"""Training runs of every kind: they learn, report, survive being killed, and end in the same weights."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from playground.api import InvalidInput, ModelUnavailable, PlaygroundError
from playground.api.training import Prepared, Progress, Sampled, Saved, Trained, Trainer
from playground_train import checkpoint
from tests.train.conftest import KINDS, TEXT, files_of, small, trained

Make = Callable[..., Trainer]
REGULARISED: dict[str, dict[str, Any]] = {"char-rnn": {"variational": True, "weight_dropout": 0.3}}


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_char_rnn_learns(text: Path, tmp_path: Path, cell: str) -> None:
    learns(small("char-rnn", cell=cell, layers=1), text, tmp_path)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_char_rnn_learns_with_weights_and_whole_units_dropped(
    text: Path, tmp_path: Path, cell: str
) -> None:
    changes = {"variational": True, "weight_dropout": 0.1, "dropout": 0.1, "hidden_size": 32}
    learns(small("char-rnn", cell=cell, **changes), text, tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"architecture": "gpt1", "vocabulary_size": 60},
        {"vocabulary_size": 280},
        {"optimiser": "muon"},
        {"autocast": "bfloat16", "recompute": True},
    ],
    ids=str,
)
def test_a_gpt_learns(text: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    learns(small("gpt", dropout=0.0, **changes), text, tmp_path)


def learns(recipe: Trainer, text: Path, folder: Path) -> None:
    events = trained(recipe, text, folder / "out")
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].loss < progress[0].loss - 1
    assert isinstance(events[-1], Trained)
    assert events[-1].validation_loss < 2.5


def test_it_begins_without_the_compiler_which_takes_as_long_to_import_as_torch(
    kind: str, text: Path, tmp_path: Path
) -> None:
    program = """
import sys
from pathlib import Path
from tests.train.conftest import small, trained
trained(small(sys.argv[1], steps=2), Path(sys.argv[2]), Path(sys.argv[3]))
print("torch" in sys.modules, "torch._dynamo" in sys.modules)
"""
    words = [sys.executable, "-c", program, kind, str(text), str(tmp_path / "out")]
    ran = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert ran.stdout.split() == ["True", "False"], ran.stderr


def test_reports_as_it_goes(recipe: Make, text: Path, tmp_path: Path) -> None:
    events = trained(recipe(), text, tmp_path / "out")
    assert isinstance(events[0], Prepared)
    assert (events[0].step, events[0].steps, events[0].texts) == (0, 60, 1)
    assert events[0].characters == len(TEXT)
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == [10, 20, 30, 40, 50, 60]
    assert [event.validation_loss is not None for event in progress] == [False, True] * 3
    assert all(event.steps == 60 and event.tokens_per_second > 0 for event in progress)
    assert progress[0].eta_seconds > 0
    assert progress[-1].eta_seconds == 0
    samples = [event for event in events if isinstance(event, Sampled)]
    assert [event.step for event in samples] == [20, 40, 60]
    assert [event.step for event in events if isinstance(event, Saved)] == [20, 40, 60]


def test_a_loss_in_bits_a_character_is_that_in_nats_where_tokens_are_characters(
    recipe: Make, text: Path, tmp_path: Path
) -> None:
    done = trained(recipe(steps=1, evaluate_every=1), text, tmp_path / "out")[-1]
    assert isinstance(done, Trained)
    assert done.validation_bits_per_character == pytest.approx(
        done.validation_loss / 0.6931, rel=0.01
    )


def test_the_same_recipe_gives_the_same_files(recipe: Make, text: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        trained(recipe(), text, tmp_path / name)
    trained(recipe(seed=2), text, tmp_path / "other")
    one, two, other = (files_of(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert one["model.safetensors"] != other["model.safetensors"]


def test_nothing_is_left_beside_the_model_but_the_last_checkpoint(
    recipe: Make, text: Path, tmp_path: Path
) -> None:
    trained(recipe(), text, tmp_path / "out")
    folder = tmp_path / "out" / "trainer"
    (last,) = (path for path in folder.iterdir() if path.is_dir())
    assert last.name.endswith("step-60")
    assert {path.suffix for path in last.iterdir()} <= {".json", ".safetensors"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(("kind", "rounds"), [("char-rnn", 8), ("gpt", 12)])
def test_killed_at_any_moment_it_resumes_to_the_same_bytes(
    kind: str, rounds: int, text: Path, tmp_path: Path
) -> None:
    changes = {"steps": 24, "evaluate_every": 4, "dropout": 0.2, "sample_length": 0}
    changes |= {"average": 0.9} | REGULARISED.get(kind, {})
    fields = json.dumps(KINDS[kind][1] | changes)
    rounds = int(os.environ.get("PLAYGROUND_KILLS", rounds))
    program = Path(__file__).with_name("killed_runs.py")
    ended = subprocess.run(
        [sys.executable, str(program), kind, str(text), str(tmp_path), fields, str(rounds)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each["same"] for each in told] == [True] * rounds
    assert any(each["killed"] for each in told)


def test_what_is_evaluated_and_stored_is_the_average_of_the_weights_while_others_are_trained(
    recipe: Make, text: Path, tmp_path: Path
) -> None:
    def run(name: str, **changes: Any) -> tuple[Any, dict[str, Any]]:
        events = trained(recipe(**changes), text, tmp_path / name)
        return events, checkpoint.Checkpoints(tmp_path / name).load()[1]

    (plain, last), (averaged, state) = run("plain"), run("averaged", average=0.99)
    weights = {n: t for n, t in last.items() if n.startswith("weights/")}
    assert all(torch.equal(tensor, state[name]) for name, tensor in weights.items())
    assert {n.partition("/")[0] for n in state} >= {"weights", "average", "optimiser"}
    assert not any(name.startswith("average/") for name in last)
    one, two = (
        [e.validation_loss for e in told if isinstance(e, Progress) and e.validation_loss]
        for told in (plain, averaged)
    )
    assert one != two
    (model,) = tmp_path.glob("averaged/trainer/*/model.safetensors")
    stored = [tensor.tolist() for tensor in load_file(model).values()]
    vectors = {n: t for n, t in state.items() if n.startswith("average/") and t.ndim == 1}
    assert vectors
    assert all(tensor.half().tolist() in stored for tensor in vectors.values())


def test_a_run_that_is_left_saves_where_it_stands(recipe: Make, text: Path, tmp_path: Path) -> None:
    reference, out = tmp_path / "reference", tmp_path / "out"
    trained(recipe(), text, reference)
    running = recipe().train([text], out, device="cpu")
    while not (isinstance(event := next(running), Progress) and event.step == 50):
        pass
    del running
    events = trained(recipe(), text, out, resume=True)
    assert isinstance(events[0], Prepared)
    assert events[0].step == 50
    assert files_of(out) == files_of(reference)


def test_resuming_a_finished_run_changes_nothing(recipe: Make, text: Path, tmp_path: Path) -> None:
    trained(recipe(), text, tmp_path / "out")
    before = files_of(tmp_path / "out")
    events = trained(recipe(), text, tmp_path / "out", resume=True)
    assert [type(event) for event in events] == [Prepared, Trained]
    assert files_of(tmp_path / "out") == before


def test_batches_that_are_accumulated_are_one_large_batch(text: Path, tmp_path: Path) -> None:
    losses = []
    for rows, accumulate in ((8, 1), (2, 4)):
        made = small("gpt", batch_size=rows, accumulate=accumulate, dropout=0.0, steps=10)
        events = trained(made, text, tmp_path / str(rows))
        losses.append(events[-1].validation_loss)  # type: ignore[union-attr]
    assert losses[0] == pytest.approx(losses[1], abs=2e-3)


def test_epochs_are_passes_over_the_data(text: Path, tmp_path: Path) -> None:
    events = trained(small("gpt", epochs=2, accumulate=2), text, tmp_path / "out")
    windows = (len(TEXT) * 0.9 - 8) // 8
    assert isinstance(events[0], Prepared)
    assert events[0].steps == pytest.approx(windows / 4, abs=2)


def test_patience_ends_a_run_that_no_longer_gets_better_and_the_best_weights_are_kept(
    text: Path, tmp_path: Path
) -> None:
    made = small("gpt", steps=1000, evaluate_every=5, patience=2, learning_rate=1.0, clip=100.0)
    events = trained(made, text, tmp_path / "out")
    losses = [e.validation_loss for e in events if isinstance(e, Progress) and e.validation_loss]
    done = events[-1]
    assert isinstance(done, Trained)
    assert done.steps < 1000
    assert min(losses) not in losses[-2:]
    assert done.validation_loss == pytest.approx(min(losses), rel=1e-2)


def test_a_folder_in_use_is_not_overwritten(recipe: Make, text: Path, tmp_path: Path) -> None:
    trained(recipe(steps=1), text, tmp_path / "out")
    before = files_of(tmp_path / "out")
    with pytest.raises(InvalidInput, match="already holds a model") as raised:
        trained(recipe(steps=1), text, tmp_path / "out")
    assert "--resume" in raised.value.hint
    assert files_of(tmp_path / "out") == before


def test_resuming_another_recipe_is_refused_with_what_differs(
    recipe: Make, text: Path, tmp_path: Path
) -> None:
    trained(recipe(steps=2), text, tmp_path / "out")
    with pytest.raises(InvalidInput, match=r"seed was 1 and is 5; steps was 2 and is 3"):
        trained(recipe(steps=3, seed=5), text, tmp_path / "out", resume=True)


def test_resuming_another_kind_of_network_is_refused(text: Path, tmp_path: Path) -> None:
    trained(small("gpt", steps=1), text, tmp_path / "out")
    with pytest.raises(InvalidInput, match="is one of gpt, not of char-rnn"):
        trained(small("char-rnn", steps=1), text, tmp_path / "out", resume=True)


def test_an_option_that_is_newer_than_the_run_had_its_default(text: Path, tmp_path: Path) -> None:
    trained(small("gpt", steps=1), text, tmp_path / "out")
    keep = checkpoint.Checkpoints(tmp_path / "out")
    counters, tensors = keep.load()
    del counters.recipe["patience"]
    keep.save(counters, tensors, {})
    trained(small("gpt", steps=1), text, tmp_path / "out", resume=True)
    with pytest.raises(InvalidInput, match="patience was 0 and is 3"):
        trained(small("gpt", steps=1, patience=3), text, tmp_path / "out", resume=True)


def test_resuming_on_other_data_is_refused(recipe: Make, text: Path, tmp_path: Path) -> None:
    trained(recipe(steps=2), text, tmp_path / "out")
    text.write_text(TEXT + "more")
    with pytest.raises(InvalidInput, match="begun on other data"):
        trained(recipe(steps=2), text, tmp_path / "out", resume=True)


@pytest.mark.parametrize("resume", [False, True])
def test_a_run_that_is_refused_leaves_no_folder(resume: bool, text: Path, tmp_path: Path) -> None:
    text.write_text("caf\N{LATIN SMALL LETTER E WITH ACUTE} " * 200)
    with pytest.raises(InvalidInput):
        trained(small("char-rnn", vocabulary="printable"), text, tmp_path / "out", resume=resume)
    assert list(tmp_path.iterdir()) == [text]


def test_resuming_where_there_is_no_run_is_refused(
    recipe: Make, text: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="no run to resume"):
        trained(recipe(), text, tmp_path / "out", resume=True)


@pytest.mark.parametrize("name", ["state.safetensors", "run.json", "model.safetensors"])
def test_a_damaged_checkpoint_is_refused_with_the_file_that_is(
    name: str, text: Path, tmp_path: Path
) -> None:
    trained(small("gpt", steps=2), text, tmp_path / "out")
    (path,) = tmp_path.glob(f"out/trainer/*/{name}")
    content = path.read_bytes()
    for damaged in (content[:-9], content[:-1] + bytes([content[-1] ^ 1])):
        path.write_bytes(damaged)
        with pytest.raises(ModelUnavailable, match=f"is damaged: {name}"):
            trained(small("gpt", steps=2), text, tmp_path / "out", resume=True)


def test_what_a_killed_run_left_half_written_is_removed(text: Path, tmp_path: Path) -> None:
    trained(small("gpt", steps=2), text, tmp_path / "out")
    half = tmp_path / "out" / "trainer" / "000009-step-9.partial"
    half.mkdir()
    (half / "run.json").write_text("{")
    trained(small("gpt", steps=2), text, tmp_path / "out", resume=True)
    assert not half.exists()


def test_a_full_disk_in_a_checkpoint_leaves_the_one_before(
    recipe: Make, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, out = tmp_path / "reference", tmp_path / "out"
    trained(recipe(), text, reference)
    sync = os.fsync
    written = 0

    def full(descriptor: int) -> None:
        nonlocal written
        written += 1
        if written > 25:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(PlaygroundError, match="No space left on device") as raised:
            trained(recipe(), text, out)
    assert "--resume" in raised.value.hint
    assert not list(out.glob("trainer/*.partial"))
    trained(recipe(), text, out, resume=True)
    assert files_of(out) == files_of(reference)


def test_a_loss_that_is_not_finite_ends_the_run_and_the_last_good_checkpoint_stays(
    recipe: Make, text: Path, tmp_path: Path
) -> None:
    with pytest.raises(PlaygroundError, match=r"(inf|nan) at step \d+; the checkpoint") as raised:
        trained(recipe(learning_rate=1e38, clip=1e30), text, tmp_path / "out")
    assert "learning_rate" in raised.value.hint
    _, tensors = checkpoint.Checkpoints(tmp_path / "out").load()
    assert all(tensor.isfinite().all() for tensor in tensors.values())


def test_memory_that_runs_out_is_said_with_what_to_lower(
    recipe: Make, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def huge(*_: object, **__: object) -> None:
        torch.empty(2**60, dtype=torch.uint8)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", huge)
    with pytest.raises(PlaygroundError, match="not enough memory for step 1") as raised:
        trained(recipe(), text, tmp_path / "out")
    assert "batch_size" in raised.value.hint


def test_an_unknown_device_is_refused(recipe: Make, text: Path, tmp_path: Path) -> None:
    for device in ("abacus", "cuda:99"):
        with pytest.raises(InvalidInput, match=device):
            list(recipe().train([text], tmp_path / "out", device=device))


def test_a_folder_that_cannot_be_written_is_said(recipe: Make, text: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaygroundError, match="cannot be written"):
        trained(recipe(steps=1), text, tmp_path / "file" / "out")
