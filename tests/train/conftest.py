"""Small recipes of every kind of network, a text to train on, and the training data where it is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.api.training import Trainer, TrainingEvent
from playground_train import CharRnnTrainer, GptTrainer
from playground_train.model_card import CARD

TEXT = "the quick brown fox jumps over the lazy dog.\n" * 60
SHARED: dict[str, Any] = {
    "batch_size": 4,
    "sequence_length": 8,
    "steps": 60,
    "learning_rate": 0.02,
    "warmup_steps": 5,
    "evaluate_every": 20,
    "report_every": 10,
    "sample_length": 12,
}
RNN: dict[str, Any] = {"hidden_size": 16, "embedding_size": 8, "vocabulary": "learned"}
GPT: dict[str, Any] = {"layers": 1, "heads": 2, "width": 16, "dropout": 0.1}
KINDS: dict[str, tuple[type[Trainer], dict[str, Any]]] = {
    "char-rnn": (CharRnnTrainer, SHARED | RNN),
    "gpt": (GptTrainer, SHARED | GPT),
}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def recipe(kind: str) -> Callable[..., Trainer]:
    """A small recipe of a kind, with changes."""
    return lambda **changes: small(kind, **changes)


def small(kind: str, **changes: Any) -> Trainer:
    cls, values = KINDS[kind]
    return cls(**(values | changes))


def trained(recipe: Trainer, text: Path, out: Path, *, resume: bool = False) -> list[TrainingEvent]:
    """A run to its end."""
    return list(recipe.train([text], out, resume=resume, device="cpu"))


def files_of(out: Path) -> dict[str, bytes]:
    """What a finished model consists of, but for the card, which says how long it took."""
    files = (path for path in sorted(out.iterdir()) if path.is_file() and path.name != CARD)
    return {path.name: path.read_bytes() for path in files}


def data(name: str) -> Path:
    """A file of the data at hand; skips where it is not."""
    root = Path(__file__).parents[2].parent / "shared" / "data"
    path = Path(os.environ.get("PLAYGROUND_DATA", root)) / name
    if not path.exists():
        pytest.skip(f"needs {path}")
    return path
