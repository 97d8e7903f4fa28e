"""The network as it is trained: what is dropped, and for how long."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground_charrnn.config import Cell
from playground_charrnn.torch_network import TorchNetwork, dropout_mask

from .conftest import config

CELLS: tuple[Cell, ...] = ("lstm", "gru", "rnn")
IDS = torch.arange(12).reshape(2, 6) % 5


def network(cell: Cell = "lstm", **dropped: float) -> TorchNetwork:
    torch.manual_seed(1)
    return TorchNetwork(config(cell, layers=2, hidden=16, embedding=8), **dropped).train()


@pytest.mark.parametrize("cell", CELLS)
def test_layer_by_layer_it_is_the_network_that_torch_computes_at_once(cell: Cell) -> None:
    whole, layered = network(cell).eval(), network(cell)
    carried_whole = carried_layered = None
    for _ in range(2):
        one, carried_whole = whole(IDS, carried_whole)
        two, carried_layered = layered(IDS, carried_layered)
        torch.testing.assert_close(one, two)
        torch.testing.assert_close(carried_whole, carried_layered)


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_is_dropped_in_evaluation(cell: Cell) -> None:
    dropping = network(cell, dropout=0.5, variational=True, weight_dropout=0.5)
    torch.testing.assert_close(dropping.eval()(IDS)[0], network(cell)(IDS)[0])


@pytest.mark.parametrize("variational", [True, False])
def test_a_unit_is_dropped_at_every_step_of_a_row_or_at_some(variational: bool) -> None:
    made = network(dropout=0.5, variational=variational)
    torch.nn.init.ones_(made.head.weight)
    seen: list[torch.Tensor] = []
    made.head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0] == 0))
    made(torch.zeros(3, 40, dtype=torch.long))
    dropped = seen[0].float().mean(dim=1)  # (rows, units): share of the steps
    assert bool(((dropped == 0) | (dropped == 1)).all()) is variational
    assert dropped.mean() == pytest.approx(0.5, abs=0.2)
    assert not torch.equal(dropped[0], dropped[1])


@pytest.mark.parametrize("cell", CELLS)
def test_dropped_recurrent_weights_change_what_follows_the_first_step_alone(cell: Cell) -> None:
    one, two = network(cell)(IDS)[0], network(cell, weight_dropout=0.5)(IDS)[0]
    torch.testing.assert_close(one[:, 0], two[:, 0])
    assert (one[:, 1:] != two[:, 1:]).any()


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.integers(1, 9), st.integers(0, 100))
def test_a_mask_drops_its_share_and_keeps_the_mean(rate: float, columns: int, seed: int) -> None:
    torch.manual_seed(seed)
    mask = dropout_mask(torch.empty(5000, columns), rate)
    assert mask.shape == (5000, columns)
    (kept,) = set(mask.unique().tolist()) - {0.0}
    assert kept == pytest.approx(1 / (1 - rate), rel=2e-3)
    # Eight standard deviations of what is drawn 5,000 times a column.
    bound = 8 * (rate * (1 - rate) / 5000) ** 0.5
    assert (mask == 0).float().mean(dim=0).tolist() == pytest.approx([rate] * columns, abs=bound)


def test_masks_follow_from_the_seed_and_not_from_each_other() -> None:
    first, second = (dropout_mask(torch.empty(1000), 0.5) for _ in map(torch.manual_seed, (1, 1)))
    assert torch.equal(first, second)
    third = dropout_mask(torch.empty(1000), 0.5)
    assert abs((first.bool() == third.bool()).float().mean().item() - 0.5) < 0.1


def test_weights_that_are_dropped_learn_nothing_from_that_step() -> None:
    made = network(weight_dropout=0.5)
    made(IDS)[0].square().sum().backward()
    for layer in range(2):
        gradient = getattr(made.rnn, f"weight_hh_l{layer}").grad
        assert (gradient == 0).float().mean().item() == pytest.approx(0.5, abs=0.1)
