"""Where a run stands, as one file: weights, optimiser, carried state and the counters beside them.

One safetensors file, replaced whole, so that whatever moment a process dies at leaves a state to go on
from. Random numbers need no place in it: those of a step are a function of the seed and the step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from playground.api import InvalidInput, ModelUnavailable
from playground_charrnn.checkpoint import Weights
from playground_charrnn.files import replace_file

FOLDER = "trainer"
FILE = "state.safetensors"


class Counters(msgspec.Struct, kw_only=True):
    """What a run has done, and what it is a run of."""

    recipe: dict[str, Any]
    data_sha256: str
    step: int = 0
    seconds: float = 0.0
    best_loss: float | None = None
    best_step: int = 0


class RunState(msgspec.Struct, frozen=True):
    """Counters, and arrays by name: `weights/...`, `first/...`, `second/...` (moments), `carried/0`, ..."""

    counters: Counters
    arrays: Weights

    def group(self, prefix: str) -> Weights:
        """The arrays under `prefix/`, without it."""
        return {
            name.removeprefix(f"{prefix}/"): array
            for name, array in self.arrays.items()
            if name.startswith(f"{prefix}/")
        }


def path_in(out: Path) -> Path:
    """Where the run of a model folder keeps its state. Can be deleted when the run is over."""
    return out / FOLDER / FILE


def save_state(out: Path, state: RunState) -> None:
    """Replace the state of the run in `out`."""
    path = path_in(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"run": msgspec.json.encode(state.counters).decode()}
    arrays = {name: np.ascontiguousarray(array) for name, array in state.arrays.items()}
    replace_file(path, save(arrays, metadata=metadata))


def load_state(out: Path, recipe: dict[str, Any], data_sha256: str) -> RunState:
    """The state of the run in `out`.

    Raises InvalidInput where there is none, or where it is of another recipe or other data, naming what
    differs; ModelUnavailable where the file is damaged.
    """
    path = path_in(out)
    if not path.is_file():
        raise InvalidInput(f"{out} holds no run to resume", "leave --resume out to begin one")
    try:
        with safe_open(path, framework="np") as stored:
            counters = msgspec.json.decode(stored.metadata()["run"], type=Counters)
            arrays = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, TypeError, msgspec.DecodeError) as error:
        raise ModelUnavailable(
            f"{path} is damaged: {error}", "begin the run again elsewhere"
        ) from None
    _refuse_other_run(out, counters, recipe, data_sha256)
    return RunState(counters, arrays)


def _refuse_other_run(out: Path, counters: Counters, recipe: dict[str, Any], sha256: str) -> None:
    differing = [
        f"{name} was {counters.recipe.get(name)!r} and is {recipe.get(name)!r}"
        for name in sorted(counters.recipe.keys() | recipe.keys())
        if counters.recipe.get(name) != recipe.get(name)
    ]
    if differing:
        raise InvalidInput(
            f"the run in {out} has another recipe: {'; '.join(differing)}",
            "resume with the recipe it was begun with, or train into another folder",
        )
    if counters.data_sha256 != sha256:
        raise InvalidInput(
            f"the run in {out} was begun on other data "
            f"(SHA-256 {counters.data_sha256[:12]}…, now {sha256[:12]}…)",
            "resume with the files it was begun with, in the same order",
        )
