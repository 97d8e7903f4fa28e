"""The numpy network against torch's own modules."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from playground_charrnn.config import Cell, Config
from playground_charrnn.network import Network

from .conftest import config, random_weights

CELLS: tuple[Cell, ...] = ("lstm", "gru", "rnn")
SHAPES = [*itertools.product(CELLS, (1, 2, 4), (0, 5))]
MODULES: dict[str, Any] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def by_torch(config: Config, weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """Logits (time, vocabulary) of torch's own module, fed one-hot or embedded characters."""
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    rnn = MODULES[config.cell](config.input_size, config.hidden_size, config.layers)
    rnn.load_state_dict({k.removeprefix("rnn."): v for k, v in tensors.items() if "rnn." in k})
    inputs = torch.eye(len(config.vocabulary))[ids]
    if config.embedding_size:
        inputs = inputs @ tensors["embedding.weight"]
    with torch.no_grad():
        logits = rnn(inputs)[0] @ tensors["head.weight"].T + tensors["head.bias"]
    array: np.ndarray = logits.numpy()
    return array


@pytest.mark.parametrize(("cell", "layers", "embedding"), SHAPES)
def test_equals_torch(cell: Cell, layers: int, embedding: int) -> None:
    shape = config(cell, layers, hidden=33, embedding=embedding)
    weights = random_weights(shape)
    ids = np.random.default_rng(1).integers(len(shape.vocabulary), size=40).tolist()
    network = Network(shape, weights)
    outputs, _ = network.read(network.start(1), [ids])
    np.testing.assert_allclose(
        network.logits(outputs[0]), by_torch(shape, weights, ids), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("cell", CELLS)
def test_a_ragged_batch_with_memories_of_their_own_equals_torch(cell: Cell) -> None:
    shape = config(cell, layers=3, hidden=20)
    weights = random_weights(shape)
    network = Network(shape, weights)
    generator = np.random.default_rng(2)
    before, after = (
        [generator.integers(len(shape.vocabulary), size=size).tolist() for size in sizes]
        for sizes in ((3, 1, 9, 4, 4, 2), (5, 1, 2, 17, 1, 5))
    )
    _, memory = network.read(network.start(6), before)
    outputs, _ = network.read(memory, after)
    for one, two, output in zip(before, after, outputs, strict=True):
        wanted = by_torch(shape, weights, one + two)[len(one) :]
        np.testing.assert_allclose(network.logits(output), wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_saturated_gates_stay_finite(cell: Cell) -> None:
    shape = config(cell)
    weights = {name: array * 1000 for name, array in random_weights(shape).items()}
    network = Network(shape, weights)
    with np.errstate(all="raise", under="ignore"):
        outputs, _ = network.read(network.start(1), [[1, 2, 3]])
    assert np.isfinite(network.logits(outputs[0])).all()


def test_reading_leaves_the_memory_it_is_given() -> None:
    network = Network(config(), random_weights(config()))
    _, memory = network.read(network.start(2), [[1, 2], [3]])
    kept = memory.copy()
    network.read(memory, [[4], [5, 6]])
    network.read(memory, [[4], [5]])
    assert (memory == kept).all()
