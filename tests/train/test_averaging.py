"""The moving average of the weights."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from playground_train.averaging import Average

VALUES = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=30)


def network_of(value: float) -> nn.Linear:
    network = nn.Linear(1, 1)
    set_weight(network, value)
    return network


def set_weight(network: nn.Linear, value: float) -> None:
    with torch.no_grad():
        network.weight.fill_(value)


@given(st.floats(0.01, 0.999), VALUES)
def test_it_stays_among_the_weights_that_there_were(decay: float, values: list[float]) -> None:
    network = network_of(values[0])
    average = Average(network, decay)
    for step, value in enumerate(values):
        set_weight(network, value)
        average.update(step)
    found = average.weights["weight"].item()
    assert min(values) - 1e-3 <= found <= max(values) + 1e-3


@given(st.floats(0.01, 0.999), VALUES)
def test_the_weights_that_are_trained_come_back_to_the_bit(
    decay: float, values: list[float]
) -> None:
    network = network_of(values[0])
    average = Average(network, decay)
    for step, value in enumerate(values):
        set_weight(network, value)
        average.update(step)
    before = network.weight.item(), average.weights["weight"].item()
    with average.in_place():
        assert network.weight.item() == before[1]
    assert (network.weight.item(), average.weights["weight"].item()) == before


def test_in_the_long_run_the_weights_of_a_step_lose_the_decay_at_every_further_one() -> None:
    network = network_of(0.0)
    average = Average(network, 0.9)
    for step in range(200):
        average.update(step)
    set_weight(network, 1.0)
    average.update(200)
    after_one = average.weights["weight"].item()
    average.update(201)
    torch.testing.assert_close(torch.tensor(after_one), torch.tensor(0.1))
    torch.testing.assert_close(average.weights["weight"].item(), 1 - 0.9**2)


def test_what_was_there_before_anything_was_learned_is_soon_forgotten() -> None:
    network = network_of(1.0)
    average = Average(network, 0.9999)
    set_weight(network, 0.0)
    for step in range(100):
        average.update(step)
    assert average.weights["weight"].item() < 1e-6


def test_frozen_weights_are_not_averaged_and_without_decay_nothing_is() -> None:
    network = network_of(1.0)
    network.bias.requires_grad_(False)
    assert set(Average(network, 0.9).weights) == {"weight"}
    assert not Average(network, 0.0).weights
