"""A recipe run from data to model: who may, on what device, and what happens where it is broken off."""

from __future__ import annotations

import errno
import signal
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch

from playground.api import PlaygroundError
from playground.api.training import TrainingEvent
from playground_train import checkpoint
from playground_train.device import pick_device, room_for
from playground_train.locking import only_trainer
from playground_train.processes import Processes, all_processes
from playground_train.recipe import Recipe
from playground_train.run import Run
from playground_train.stopping import exception_for, wish_to_stop


def train(
    recipe: Recipe, files: Sequence[Path], out: Path, *, resume: bool, device: str, shard: bool
) -> Iterator[TrainingEvent]:
    """Run a recipe; see `Trainer.train`."""
    place = pick_device(device)
    corpus = recipe.read(files)
    # Activations that fade to denormals would make some steps many times slower.
    torch.set_flush_denormal(True)
    try:
        with all_processes(place) as processes, _folder_of(out, processes), wish_to_stop() as wish:
            with room_for("this network"):
                run = Run(recipe, corpus, out, place, wish, processes, shard=shard)
            if resume:
                run.restore()
            else:
                run.begin()
            if processes.first:
                yield from _completed(run)
            else:
                for _ in _completed(run):
                    pass
    except OSError as error:
        raise PlaygroundError(
            f"{out} cannot be written: {error.strerror or error}", _way_out(error, out)
        ) from error
    finally:
        torch.set_flush_denormal(False)


def _way_out(error: OSError, out: Path) -> str:
    if not checkpoint.Checkpoints(out).last():
        return "train into another folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room and go on with --resume: the last checkpoint is intact"
    return "go on with --resume when it can be written: the last checkpoint is intact"


def _folder_of(out: Path, processes: Processes) -> AbstractContextManager[None]:
    return only_trainer(out / checkpoint.FOLDER) if processes.first else nullcontext()


def _completed(run: Run) -> Iterator[TrainingEvent]:
    """The run to its end; where it is broken off, it saves first."""
    try:
        yield run.prepared()
        yield from run.advance()
        if not run.stopping:
            yield run.finish()
    except GeneratorExit:
        if _saves(run):
            run.stop()
        raise
    except KeyboardInterrupt:
        if _saves(run):
            yield run.stop()
        raise
    if run.stopping:
        yield run.stop()
        raise exception_for(run.wish.signal or signal.SIGTERM)


def _saves(run: Run) -> bool:
    """Whether a run that is broken off in one process saves itself first.

    It does not where a network is in pieces: the others, who have to help, do not hear of it.
    """
    return not run.wish.at_once and not run.shard
