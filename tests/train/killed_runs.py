"""A program: kills training runs at random moments, resumes them, and says whether they end alike.

`python killed_runs.py TRAINER TEXT FOLDER FIELDS ROUNDS` (FIELDS in JSON). Each run is a process of its own,
forked here so that torch is imported once; it computes with one thread because a forked OpenMP cannot have
more.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from playground.api.training import Trainer
from playground_train import CharRnnTrainer, GptTrainer
from playground_train.model_card import CARD

TRAINERS: dict[str, type[Trainer]] = {"char-rnn": CharRnnTrainer, "gpt": GptTrainer}


def start(trainer: Trainer, text: Path, out: Path, *, resume: bool) -> int:
    """Begin a run in a process of its own; returns its id."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        for _ in trainer.train([text], out, resume=resume, device="cpu"):
            pass
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def finished(process: int) -> bool:
    """Wait for a run; whether it came to its end by itself."""
    return os.waitpid(process, 0)[1] == 0


def files_of(out: Path) -> dict[str, bytes]:
    # The card says how long it took.
    files = (path for path in out.iterdir() if path.is_file() and path.name != CARD)
    return {path.name: path.read_bytes() for path in files}


def main(trainer: Trainer, text: Path, folder: Path, rounds: int) -> None:
    reference = folder / "reference"
    began = time.perf_counter()
    assert finished(start(trainer, text, reference, resume=False))
    usual = time.perf_counter() - began
    for round_ in range(rounds):
        out = folder / f"round-{round_}"
        process = start(trainer, text, out, resume=False)
        while not list(out.glob("trainer/*/run.json")):
            time.sleep(0.001)
        time.sleep(random.Random(round_).random() * usual)
        os.kill(process, signal.SIGKILL)
        killed = not finished(process)
        resume = bool(list(out.glob("trainer/*-step-*[0-9]")))
        assert finished(start(trainer, text, out, resume=resume))
        print(json.dumps({"killed": killed, "same": files_of(out) == files_of(reference)}))


if __name__ == "__main__":
    made = TRAINERS[sys.argv[1]](**json.loads(sys.argv[4]))
    main(made, Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[5]))
