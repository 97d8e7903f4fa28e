"""Small char-RNNs with random weights, and the training data where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from playground_charrnn.checkpoint import Weights, save_weights
from playground_charrnn.config import Cell, Config, save_config

ALPHABET = "\n abcdefghijklmnopqrstuvwxyz.,é"


def config(cell: Cell = "lstm", layers: int = 2, hidden: int = 12, embedding: int = 5) -> Config:
    return Config(
        cell=cell,
        layers=layers,
        hidden_size=hidden,
        embedding_size=embedding,
        vocabulary=ALPHABET,
        training={"data": ["a.txt"], "validation_loss": 1.5, "recipe": {"seed": 1}},
    )


def random_weights(config: Config, seed: int = 0) -> Weights:
    generator = np.random.default_rng(seed)
    return {
        name: generator.normal(0, 0.15, shape).astype(np.float32)
        for name, shape in config.shapes().items()
    }


def write_model(folder: Path, config: Config, dtype: str = "float32") -> Weights:
    """A model folder; returns its weights."""
    weights = random_weights(config)
    folder.mkdir(parents=True, exist_ok=True)
    save_config(folder, config)
    save_weights(folder, weights, dtype)
    return weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small model."""
    write_model(tmp_path / "model", config())
    return tmp_path / "model"


@pytest.fixture
def shakespeare() -> Path:
    root = Path(__file__).parents[2].parent / "shared" / "data"
    path = Path(os.environ.get("PLAYGROUND_DATA", root)) / "tinyshakespeare.txt"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    return path
