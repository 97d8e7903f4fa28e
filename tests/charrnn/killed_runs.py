"""A program: kills training runs at random moments, resumes them, and says whether they end alike.

`python killed_runs.py TEXT FOLDER RECIPE ROUNDS` (RECIPE in JSON). Each run is a process of its own, forked
here so that torch is imported once; it computes with one thread because a forked OpenMP cannot have more.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from playground_charrnn import CharRnnBackend, CharRnnTrainer


def start(trainer: CharRnnTrainer, text: Path, out: Path, *, resume: bool) -> int:
    """Begin a run in a process of its own; returns its id."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        for _ in trainer.train([text], out, resume=resume, device="cpu"):
            pass
        status = 0
    finally:
        os._exit(status)


def finished(process: int) -> bool:
    """Wait for a run; whether it came to its end by itself."""
    return os.waitpid(process, 0)[1] == 0


def files_of(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in ("config.json", "model.safetensors")}


def main(text: Path, folder: Path, recipe: dict[str, object], rounds: int) -> None:
    torch.set_num_threads(1)
    torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])  # imports much, here once for all runs
    trainer = CharRnnTrainer(**recipe)  # type: ignore[arg-type]
    reference = folder / "reference"
    began = time.perf_counter()
    assert finished(start(trainer, text, reference, resume=False))
    usual = time.perf_counter() - began
    for round_ in range(rounds):
        out = folder / f"round-{round_}"
        process = start(trainer, text, out, resume=False)
        while not (out / "config.json").exists():
            time.sleep(0.001)
        time.sleep(random.Random(round_).random() * usual)
        os.kill(process, signal.SIGKILL)
        killed = not finished(process)
        CharRnnBackend().load(out, device="auto", dtype="auto")
        assert finished(start(trainer, text, out, resume=True))
        print(json.dumps({"killed": killed, "same": files_of(out) == files_of(reference)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
