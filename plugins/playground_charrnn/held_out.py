"""Held-out text as a network with a carried state reads it to be measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Chunk:
    """A piece of held-out text in parallel rows; `counted` (rows, time) says which targets are scored."""

    inputs: np.ndarray
    targets: np.ndarray
    counted: np.ndarray


def validation_chunks(
    ids: np.ndarray, *, rows: int = 50, lead: int = 200, time: int = 200
) -> Iterator[Chunk]:
    """Held-out text for a carried state: every character but the first is scored once.

    One long stream is slow to read, so it is cut into parallel ones. Each begins with the `lead`
    characters before its own, unscored, from which the state recovers what the cut took.
    """
    scored = len(ids) - 1
    length = -(-scored // rows)  # characters scored in a row, rounded up
    places = np.arange(rows)[:, None] * length - lead + np.arange(lead + length)  # of inputs
    counted = places < scored
    counted[:, :lead] = False
    places = places.clip(0, scored - 1)
    for start in range(0, lead + length, time):
        window = places[:, start : start + time]
        yield Chunk(ids[window], ids[window + 1], counted[:, start : start + time])
