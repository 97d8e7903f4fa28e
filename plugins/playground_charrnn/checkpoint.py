"""The weights of a char-RNN on disk: `model.safetensors`, with the names of torch's own modules.

A header is checked against the configuration before anything is allocated, and nothing is ever unpickled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from playground.api import ModelUnavailable
from playground_charrnn.config import CONFIG_FILE, Config, Shape
from playground_charrnn.files import replace_file

WEIGHTS_FILE = "model.safetensors"
Weights = dict[str, np.ndarray]

_DTYPES = {"F16": "float16", "F32": "float32"}
_MEND = "fetch or train the model again; a run that was stopped goes on with --resume"
_PICKLES = {".pt", ".pth", ".bin", ".pkl", ".ckpt"}


def load_weights(folder: Path, config: Config) -> Weights:
    """The weights of a model folder as float32 arrays.

    Raises ModelUnavailable for a file that is missing, damaged, or not of this configuration.
    """
    path = folder / WEIGHTS_FILE
    with _opened(folder) as stored:
        _check_header(path, stored, config.shapes())
        weights = {name: stored.get_tensor(name).astype(np.float32) for name in config.shapes()}
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise ModelUnavailable(f"{path}: {name} holds values that are not finite", _MEND)
    return weights


def stored_dtype(folder: Path, config: Config) -> str:
    """The type in which the weights are stored, `float16` or `float32`, having checked their header."""
    with _opened(folder) as stored:
        _check_header(folder / WEIGHTS_FILE, stored, config.shapes())
        return _DTYPES[stored.get_slice("head.weight").get_dtype()]


def save_weights(folder: Path, weights: Mapping[str, np.ndarray], dtype: str) -> None:
    """Write the weights rounded to `dtype`, whole or not at all."""
    stored = {name: np.ascontiguousarray(array, dtype=dtype) for name, array in weights.items()}
    replace_file(folder / WEIGHTS_FILE, save(stored, metadata={"format": "pt"}))


def rounded(weights: Mapping[str, np.ndarray], dtype: str) -> Weights:
    """The weights as a reader of a file stored in `dtype` sees them."""
    return {name: array.astype(dtype).astype(np.float32) for name, array in weights.items()}


def _opened(folder: Path) -> Any:
    path = folder / WEIGHTS_FILE
    if not path.is_file():
        raise ModelUnavailable(f"{folder} has no {WEIGHTS_FILE}", _what_instead(folder))
    try:
        return safe_open(path, framework="np")
    except (SafetensorError, OSError) as error:
        raise ModelUnavailable(
            f"{path} is truncated or not what it claims: {error}", _MEND
        ) from None


def _what_instead(folder: Path) -> str:
    pickles = sorted(p.name for p in folder.iterdir() if p.suffix in _PICKLES)
    if pickles:
        return f"{pickles[0]} is a pickle, which can run any program: convert it to safetensors"
    return _MEND


def _check_header(path: Path, stored: Any, shapes: Mapping[str, Shape]) -> None:
    for problem in _problems(stored, shapes):
        raise ModelUnavailable(f"{path} does not fit its {CONFIG_FILE}: {problem}", _MEND)


def _problems(stored: Any, shapes: Mapping[str, Shape]) -> Iterator[str]:
    names = set(stored.keys())
    for name in sorted(shapes.keys() - names):
        yield f"{name} is missing"
    for name in sorted(names - shapes.keys()):
        yield f"{name} is not a parameter of this model"
    for name, shape in shapes.items():
        header = stored.get_slice(name)
        if tuple(header.get_shape()) != shape:
            yield f"{name} has the shape {tuple(header.get_shape())}, not {shape}"
        if header.get_dtype() not in _DTYPES:
            yield f"{name} is stored as {header.get_dtype()}, not as F16 or F32"
