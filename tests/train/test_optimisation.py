"""The learning rate over a run, and what optimisers remember."""

from __future__ import annotations

import pytest
import torch

from playground_train import GptTrainer
from playground_train.adamw import AdamW
from playground_train.optimisation import learning_rate, make_optimisers, restore, tensors_of
from playground_train.optimiser import Optimiser


def rates(**changes: object) -> list[float]:
    recipe = GptTrainer(learning_rate=1.0, warmup_steps=4, final_rate=0.1, **changes)
    return [learning_rate(recipe, step, 100) for step in range(100)]


def test_the_rate_rises_evenly_and_then_follows_its_schedule() -> None:
    assert rates(schedule="constant")[:6] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1])
    linear, cosine = rates(schedule="linear"), rates(schedule="cosine")
    assert linear[50] == pytest.approx(0.55)
    assert cosine[50] == pytest.approx(0.55)
    assert linear[25] < cosine[25]
    assert linear[99] == pytest.approx(0.1, abs=0.02)
    assert cosine[99] == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_optimisers_go_on_to_the_bit_from_what_they_remembered(kind: str) -> None:
    def network() -> torch.nn.Module:
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 3))

    def step(network: torch.nn.Module, optimisers: list[Optimiser], seed: int) -> None:
        torch.manual_seed(seed)
        network(torch.arange(5)).mul(torch.randn(5, 3)).sum().backward()
        for optimiser in optimisers:
            optimiser.step(0.01)
        network.zero_grad()

    recipe = GptTrainer(optimiser=kind)
    whole, first, second = network(), network(), network()
    all_along, before = make_optimisers(whole, recipe), make_optimisers(first, recipe)
    for seed in (1, 2):
        step(whole, all_along, seed)
    step(first, before, 1)
    second.load_state_dict(first.state_dict())
    after = make_optimisers(second, recipe)
    restore(after, {name: tensor.clone() for name, tensor in tensors_of(before).items()})
    step(second, after, 2)
    for one, two in zip(whole.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, two)


def test_adamw_is_torchs_to_the_bit() -> None:
    torch.manual_seed(0)
    ours = [torch.nn.Parameter(torch.randn(shape)) for shape in ((4, 3), (5,), (2,))]
    theirs = [torch.nn.Parameter(parameter.detach().clone()) for parameter in ours]
    mine = AdamW(ours, weight_decay=0.1, betas=(0.9, 0.95))
    peer = torch.optim.AdamW(theirs, weight_decay=0.1, betas=(0.9, 0.95), fused=True)
    for rate in (0.1, 0.05, 0.02):
        for one, other in zip(ours[:2], theirs[:2], strict=True):  # the last one has no gradient
            one.grad = torch.randn_like(one)
            other.grad = one.grad.clone()
        mine.step(rate)
        peer.param_groups[0]["lr"] = rate
        peer.step()
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))
