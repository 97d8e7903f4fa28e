"""`config.json` of a char-RNN: the architecture, the vocabulary and the training card.

Imports nothing heavy, so that models and recipes can be listed without numpy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from playground.api import ModelUnavailable
from playground_charrnn.files import replace_file

MODEL_TYPE: Literal["char-rnn"] = "char-rnn"
CONFIG_FILE = "config.json"
GATES = {"lstm": 4, "gru": 3, "rnn": 1}

Cell = Literal["lstm", "gru", "rnn"]
Shape = tuple[int, ...]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What `config.json` says. `embedding_size` 0 means one-hot input."""

    model_type: Literal["char-rnn"] = MODEL_TYPE
    cell: Cell
    layers: Annotated[int, Meta(ge=1, le=64)]
    hidden_size: Annotated[int, Meta(ge=1, le=65536)]
    embedding_size: Annotated[int, Meta(ge=0, le=65536)] = 0
    vocabulary: Annotated[str, Meta(min_length=1, max_length=65536)]
    training: dict[str, Any] = {}
    """The card: recipe, data, results."""

    @property
    def input_size(self) -> int:
        """Width of what the first layer reads."""
        return self.embedding_size or len(self.vocabulary)

    def shapes(self) -> dict[str, Shape]:
        """The shape of every parameter by name, in torch's layout: (outputs, inputs)."""
        rows = GATES[self.cell] * self.hidden_size
        size = len(self.vocabulary)
        shapes: dict[str, Shape] = {}
        if self.embedding_size:
            shapes["embedding.weight"] = (size, self.embedding_size)
        for layer in range(self.layers):
            inputs = self.input_size if layer == 0 else self.hidden_size
            shapes[f"rnn.weight_ih_l{layer}"] = (rows, inputs)
            shapes[f"rnn.weight_hh_l{layer}"] = (rows, self.hidden_size)
            shapes[f"rnn.bias_ih_l{layer}"] = (rows,)
            shapes[f"rnn.bias_hh_l{layer}"] = (rows,)
        return shapes | {"head.weight": (size, self.hidden_size), "head.bias": (size,)}


def load_config(folder: Path) -> Config:
    """The configuration of a model folder.

    Raises ModelUnavailable where it is missing or not that of a char-RNN.
    """
    path = folder / CONFIG_FILE
    try:
        config = msgspec.json.decode(path.read_bytes(), type=Config)
    except FileNotFoundError:
        raise ModelUnavailable(
            f"{folder} has no {CONFIG_FILE}",
            "a char-RNN folder is what `playground train char-rnn` writes",
        ) from None
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelUnavailable(f"{path} does not describe a char-RNN: {error}") from None
    if len(set(config.vocabulary)) != len(config.vocabulary):
        raise ModelUnavailable(f"{path} does not describe a char-RNN: a character is there twice")
    return config


def save_config(folder: Path, config: Config) -> None:
    """Write `config.json`, whole or not at all."""
    text = msgspec.json.format(msgspec.json.encode(config), indent=2)
    replace_file(folder / CONFIG_FILE, text + b"\n")
