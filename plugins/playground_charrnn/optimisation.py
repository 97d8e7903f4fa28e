"""How the weights are updated: AdamW, its learning rate over the run, and the seed of each step."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from playground_charrnn.recipe import CharRnnTrainer


def make_optimiser(network: nn.Module, recipe: CharRnnTrainer) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019) that decays matrices only."""
    matrices = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    vectors = [parameter for parameter in network.parameters() if parameter.ndim == 1]
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.99))


def learning_rate(recipe: CharRnnTrainer, step: int) -> float:
    """Linear warm-up, then a cosine down to `final_rate` of the highest; steps count from 0."""
    warm_up = min(1.0, (step + 1) / (recipe.warmup_steps + 1))
    fall = 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    return recipe.learning_rate * warm_up * (recipe.final_rate + (1 - recipe.final_rate) * fall)


def step_seed(seed: int, step: int) -> int:
    """The seed of what is random in one step: 63 bits, a function of the run's seed and the step."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> np.uint64(1))
