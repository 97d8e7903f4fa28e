"""Two processes that train one network, as torchrun starts them, against one with the doubled batch."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from playground.api import InvalidInput, Read
from playground.api.training import Progress
from playground_gpt import GptBackend
from playground_train import sharding
from playground_train.processes import Processes
from tests.train.conftest import KINDS, TEXT, files_of, small, trained

pytestmark = pytest.mark.skipif(
    not torch.distributed.is_available(), reason="torch without distributed"
)

thorough = pytest.mark.skipif(
    os.environ.get("PLAYGROUND_LAWS") != "explore",
    reason="takes half a minute; PLAYGROUND_LAWS=explore runs it",
)

PROGRAM = """
import json, os, signal, sys
from pathlib import Path
import msgspec, torch
from playground.api.training import Progress
from playground_train import CharRnnTrainer, FineTuner, GptTrainer
kinds = {"char-rnn": CharRnnTrainer, "gpt": GptTrainer, "finetune": FineTuner}
kind, fields, text, out, how, stop = sys.argv[1:]
trainer = kinds[kind](**json.loads(fields))
code = 0
try:
    for event in trainer.train([Path(text)], Path(out), device="cpu", **json.loads(how)):
        print(msgspec.json.encode(event).decode(), flush=True)
        if isinstance(event, Progress) and event.step == int(stop):
            os.kill(os.getpid(), signal.SIGTERM)
except SystemExit as ended:
    code = ended.code
# Once in a while a thread of gloo's, which outlives its group where a network is in pieces, aborts a process
# whose interpreter is being taken down. Everything is written by then.
os._exit(code)
"""
PATIENCE = 300


def together(
    kind: str, fields: dict[str, Any], text: Path, out: Path, *, stop: int = 0, **how: bool
) -> list[subprocess.Popen]:
    """Two processes of a run, with the environment that torchrun gives them.

    The first is told to stop when it has reported the step `stop`.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    words = [kind, json.dumps(fields), str(text), str(out), json.dumps(how), str(stop)]
    return [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            env=os.environ | shared | {"RANK": rank, "LOCAL_RANK": rank},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in ("0", "1")
    ]


def ended(*run: Any, code: int = 0, **how: Any) -> list[dict[str, Any]]:
    """The events of two processes that both end with `code`; the second one tells none."""
    first, second = together(*run, **how)
    (out, told), (said, problem) = (each.communicate(timeout=PATIENCE) for each in (first, second))
    assert (first.returncode, second.returncode) == (code, code), told + problem
    assert said == ""
    return [json.loads(line) for line in out.splitlines()]


def losses_of(events: list[dict[str, Any]]) -> list[float]:
    return [event["loss"] for event in events if event["type"] == "progress"]


@pytest.mark.parametrize(
    ("shard", "more"),
    [
        (False, {}),
        pytest.param(True, {}, marks=thorough),
        (True, {"average": 0.9, "accumulate": 2, "recompute": True}),
    ],
    ids=str,
)
def test_two_processes_learn_as_one_with_the_doubled_batch(
    shard: bool, more: dict[str, Any], text: Path, tmp_path: Path
) -> None:
    changes = {"dropout": 0.0, "steps": 30, "evaluate_every": 15, "sample_length": 0} | more
    events = ended("gpt", KINDS["gpt"][1] | changes, text, tmp_path / "two", shard=shard)
    doubled = changes | {"accumulate": 2 * changes.get("accumulate", 1)}
    alone = trained(small("gpt", **doubled), text, tmp_path / "one")
    wanted = [event.loss for event in alone if isinstance(event, Progress)]
    assert losses_of(events) == pytest.approx(wanted, abs=1e-3)
    assert events[-1]["validation_loss"] == pytest.approx(alone[-1].validation_loss, abs=1e-3)


@thorough
def test_a_network_in_pieces_becomes_a_folder_that_transformers_loads(
    text: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    events = ended("gpt", KINDS["gpt"][1] | {"steps": 20}, text, out, shard=True)
    assert [event["step"] for event in events if event["type"] == "sample"] == [20]
    model = GptBackend().load(out, device="cpu", dtype="float32")
    ids = model.tokenizer.encode(TEXT)[:8]
    (reading,) = model.read([Read(model.start(), tuple(ids))])
    theirs = transformers.AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32)
    with torch.no_grad():
        logits = theirs(torch.tensor([ids])).logits[0].numpy()
    np.testing.assert_allclose(reading.logits, logits, atol=2e-4)
    surprise = -np.log(np.exp(logits[range(7), ids[1:]]) / np.exp(logits[:7]).sum(-1)).mean()
    assert surprise == pytest.approx(events[-1]["validation_loss"], abs=1)


@thorough
def test_a_run_in_pieces_that_was_stopped_goes_on_in_pieces_or_whole(
    text: Path, tmp_path: Path
) -> None:
    fields = KINDS["gpt"][1] | {"steps": 24, "evaluate_every": 12, "report_every": 6}
    fields |= {"average": 0.9, "sample_length": 0}
    unstopped, stopped, whole = (tmp_path / name for name in ("unstopped", "stopped", "whole"))
    done = ended("gpt", fields, text, unstopped, shard=True)
    events = ended("gpt", fields, text, stopped, shard=True, stop=6, code=143)
    assert events[-1] | {"path": ""} == {"type": "saved", "step": 7, "path": ""}
    shutil.copytree(stopped, whole)
    ended("gpt", fields, text, stopped, shard=True, resume=True)
    assert files_of(stopped) == files_of(unstopped)
    last = ended("gpt", fields, text, whole, resume=True)[-1]
    assert last["validation_loss"] == pytest.approx(done[-1]["validation_loss"], abs=1e-3)


@thorough
def test_a_run_that_was_whole_goes_on_in_pieces(text: Path, tmp_path: Path) -> None:
    fields = KINDS["gpt"][1] | {"steps": 12, "report_every": 6, "sample_length": 0}
    done = ended("gpt", fields, text, tmp_path / "unstopped")
    ended("gpt", fields, text, tmp_path / "out", stop=6, code=143)
    last = ended("gpt", fields, text, tmp_path / "out", shard=True, resume=True)[-1]
    assert last["validation_loss"] == pytest.approx(done[-1]["validation_loss"], abs=1e-3)


@thorough
@pytest.mark.parametrize(
    "more",
    [{"lora_rank": 2}, {"freeze_layers": 1}, {"label_column": "says"}],
    ids=str,
)
def test_fine_tuning_in_pieces_is_fine_tuning(
    more: dict[str, Any], text: Path, tmp_path: Path
) -> None:
    trained(small("gpt", layers=2, steps=5, sequence_length=32), text, tmp_path / "base")
    data = tmp_path / "rows.csv"
    rows = [f"the {('lazy', 'quick')[i % 2]} fox {i},{('no', 'yes')[i % 2]}" for i in range(120)]
    data.write_text("\n".join(["text,says", *rows]))
    fields = {"model": str(tmp_path / "base"), "sequence_length": 24, "batch_size": 4, "steps": 8}
    fields |= {"dropout": 0.0, "learning_rate": 0.01, "warmup_steps": 0, "report_every": 2} | more
    whole, pieces = (
        ended("finetune", fields, data, tmp_path / str(shard), shard=shard)
        for shard in (False, True)
    )
    assert losses_of(pieces) == pytest.approx(losses_of(whole), abs=1e-3)
    assert losses_of(pieces)[-1] < losses_of(pieces)[0]
    assert pieces[-1]["validation_loss"] == pytest.approx(whole[-1]["validation_loss"], abs=1e-3)


@pytest.mark.parametrize("shard", [False, pytest.param(True, marks=thorough)])
def test_all_stop_after_the_same_step_whoever_is_told(
    shard: bool, text: Path, tmp_path: Path
) -> None:
    fields = KINDS["gpt"][1] | {"steps": 10**6, "evaluate_every": 10**5}
    first, second = together("gpt", fields, text, tmp_path / "out", shard=shard)
    assert first.stdout
    assert any('"progress"' in line for line in first.stdout)
    second.send_signal(signal.SIGTERM)
    assert (first.wait(PATIENCE), second.wait(PATIENCE)) == (143, 143)
    assert '"saved"' in first.stdout.read().splitlines()[-1]


@pytest.mark.parametrize("shard", [False, pytest.param(True, marks=thorough)])
def test_a_network_that_carries_a_state_is_refused(shard: bool, text: Path, tmp_path: Path) -> None:
    run = together("char-rnn", KINDS["char-rnn"][1], text, tmp_path / "out", shard=shard)
    for process in run:
        assert "trained by one process" in process.communicate(timeout=PATIENCE)[1]


def test_muon_is_refused_for_a_network_in_pieces() -> None:
    with pytest.raises(InvalidInput, match="Muon needs whole matrices"):
        sharding.check(small("gpt", optimiser="muon"), Processes(0, 2, torch.device("cpu")))


def test_one_process_has_nobody_to_divide_a_network_with(text: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="this is the only one") as raised:
        list(small("gpt").train([text], tmp_path / "out", device="cpu", shard=True))
    assert "torchrun" in raised.value.hint


def test_a_folder_in_use_is_refused_by_all_processes(text: Path, tmp_path: Path) -> None:
    trained(small("gpt", steps=1), text, tmp_path / "out")
    for process in together("gpt", KINDS["gpt"][1], text, tmp_path / "out"):
        assert "already holds a model" in process.communicate(timeout=PATIENCE)[1]
