"""How the weights are updated: AdamW and Muon, the learning rate over the run, and the seed of each step."""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor, nn

from playground_train.adamw import AdamW
from playground_train.muon import Muon
from playground_train.optimiser import Optimiser
from playground_train.recipe import Recipe
from playground_train.sharding import part


def make_optimisers(network: nn.Module, recipe: Recipe) -> list[Optimiser]:
    """Optimisers for what of the network is trained.

    Matrices only are decayed. With Muon (Jordan et al. 2024) AdamW is left the embeddings and vectors; Muon's
    update is scaled so that one learning rate suits both.
    """
    trained = [p for p in network.parameters() if p.requires_grad]
    vectors = [p for p in trained if p.ndim == 1]
    matrices = [p for p in trained if p.ndim > 1]
    optimisers: list[Optimiser] = []
    if recipe.optimiser == "muon":
        tables = {id(m.weight) for m in network.modules() if isinstance(m, nn.Embedding)}
        inner = [p for p in matrices if id(p) not in tables]
        matrices = [p for p in matrices if id(p) in tables]
        optimisers.append(Muon(inner, weight_decay=recipe.weight_decay))
    betas = (0.9, recipe.beta2)
    return [
        *optimisers,
        AdamW(matrices, weight_decay=recipe.weight_decay, betas=betas),
        AdamW(vectors, weight_decay=0.0, betas=betas),
    ]


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Linear warm-up, then by schedule to `final_rate` of the highest; steps count from 0."""
    warm_up = min(1.0, (step + 1) / (recipe.warmup_steps + 1))
    share = step / steps
    fall = {
        "constant": 1.0,
        "linear": 1 - share,
        "cosine": 0.5 * (1 + math.cos(math.pi * share)),
    }[recipe.schedule]
    return recipe.learning_rate * warm_up * (recipe.final_rate + (1 - recipe.final_rate) * fall)


def step_seed(seed: int, step: int, rank: int = 0) -> int:
    """The seed of what is random in one step of one process: 63 bits, a function of the run's seed."""
    mixed = np.random.SeedSequence([seed, step, *([rank] if rank else [])])
    return int(mixed.generate_state(1, np.uint64)[0] >> np.uint64(1))


def tensors_of(optimisers: list[Optimiser]) -> dict[str, Tensor]:
    """What the optimisers remember, by `optimiser/parameter/name`."""
    return {
        f"{index}/{parameter}/{name}": tensor
        for index, optimiser in enumerate(optimisers)
        for parameter, remembered in enumerate(optimiser.remembered)
        for name, tensor in remembered.items()
    }


def restore(optimisers: list[Optimiser], tensors: dict[str, Tensor]) -> None:
    """Remember again what `tensors_of` gave."""
    for path, tensor in tensors.items():
        index, number, name = path.split("/")
        optimiser, place = optimisers[int(index)], int(number)
        parameter = optimiser.parameters[place]
        here = part(tensor, parameter) if tensor.shape == parameter.shape else tensor
        optimiser.remembered[place][name] = here.to(parameter.device)
