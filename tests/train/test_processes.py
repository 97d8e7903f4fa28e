"""Two processes that train one network, as torchrun starts them, against one with the doubled batch."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from playground.api.training import Progress
from tests.train.conftest import KINDS, small, trained

PROGRAM = """
import json, sys
from pathlib import Path
import msgspec, torch
from playground_train import CharRnnTrainer, GptTrainer
torch.set_num_threads(1)
trainer = {"char-rnn": CharRnnTrainer, "gpt": GptTrainer}[sys.argv[1]](**json.loads(sys.argv[2]))
for event in trainer.train([Path(sys.argv[3])], Path(sys.argv[4]), device="cpu"):
    print(msgspec.json.encode(event).decode(), flush=True)
"""


def together(kind: str, fields: dict[str, Any], text: Path, out: Path) -> list[subprocess.Popen]:
    """Two processes of a run, with the environment that torchrun gives them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    return [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, kind, json.dumps(fields), str(text), str(out)],
            env=os.environ | shared | {"RANK": rank, "LOCAL_RANK": rank, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in ("0", "1")
    ]


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_two_processes_learn_as_one_with_the_doubled_batch(text: Path, tmp_path: Path) -> None:
    changes = {"dropout": 0.0, "steps": 30, "evaluate_every": 15, "sample_length": 0}
    fields = KINDS["gpt"][1] | changes
    first, second = together("gpt", fields, text, tmp_path / "two")
    out, told = first.communicate(timeout=180)
    assert (first.returncode, second.wait(180)) == (0, 0), told
    assert second.communicate()[0] == ""
    events = [json.loads(line) for line in out.splitlines()]
    losses = [event["loss"] for event in events if event["type"] == "progress"]
    alone = trained(small("gpt", **changes, accumulate=2), text, tmp_path / "one")
    wanted = [event.loss for event in alone if isinstance(event, Progress)]
    assert losses == pytest.approx(wanted, abs=1e-3)
    assert events[-1]["validation_loss"] == pytest.approx(alone[-1].validation_loss, abs=1e-3)


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_all_stop_after_the_same_step_whoever_is_told(text: Path, tmp_path: Path) -> None:
    fields = KINDS["gpt"][1] | {"steps": 10**6, "evaluate_every": 10**5}
    first, second = together("gpt", fields, text, tmp_path / "out")
    assert first.stdout
    while '"progress"' not in first.stdout.readline():
        pass
    second.send_signal(signal.SIGTERM)
    assert (first.wait(180), second.wait(180)) == (143, 143)
    assert '"saved"' in first.stdout.read().splitlines()[-1]


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_a_network_that_carries_a_state_is_refused(text: Path, tmp_path: Path) -> None:
    for process in together("char-rnn", KINDS["char-rnn"][1], text, tmp_path / "out"):
        assert "trained by one process" in process.communicate(timeout=180)[1]
