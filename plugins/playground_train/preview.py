"""What a recipe makes of data, before anything is trained: what a step reads, and how much is padding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from playground.api.training import DataPreview
from playground_train.data.batches import IGNORED
from playground_train.recipe import Recipe


def preview(recipe: Recipe, files: Sequence[Path], count: int) -> DataPreview:
    """The first `count` sequences that `recipe` would train on, and counts of all."""
    corpus = recipe.read(files)
    subject = recipe.prepare(corpus, torch.device("cpu"))
    batches, size = subject.batches, subject.size
    shown: list[str] = []
    padded = cells = 0
    looked = min(batches.per_pass, 200)
    for number in range(looked):
        batch = batches.batch(number)
        cells += batch.inputs.size
        padded += int(_padding(batch.targets).sum())
        for row, targets in zip(batch.inputs, batch.targets, strict=True):
            if len(shown) < count:
                ids = row[~_padding(targets[None])[0]]
                shown.append(subject.decode(ids.tolist()))
    return DataPreview(
        texts=len(corpus.texts),
        characters=corpus.characters,
        training_tokens=size.training_tokens,
        validation_tokens=size.held_out_tokens,
        batches_per_epoch=batches.per_pass,
        padded_share=padded / cells,
        notes=(*corpus.notes, *subject.notes),
        sequences=tuple(shown),
    )


def _padding(targets: np.ndarray) -> np.ndarray:
    """Which places of (rows, time) come after the last scored one of their row."""
    scored = targets != IGNORED
    after: np.ndarray = np.cumsum(scored[:, ::-1], axis=1)[:, ::-1] == 0
    return after
