"""One step of a training: batches, the gradient over all of them and all processes, and the update.

It does not know how long a run is watched, evaluated or saved.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from playground_train import optimisation
from playground_train.data.batches import Batch
from playground_train.optimisation import step_seed
from playground_train.processes import Processes
from playground_train.recipe import Recipe
from playground_train.sharding import is_shard, whole
from playground_train.subjects.subject import Carried, Subject


@dataclass(frozen=True)
class Update:
    """What a step found: the mean loss in nats a token, tokens read, and whether anyone wishes to stop."""

    loss: float
    tokens: int
    stop: bool


class Updates:
    """Takes the steps of a run; what a step does is a function of its number and the weights."""

    def __init__(
        self,
        recipe: Recipe,
        subject: Subject,
        steps: int,
        device: torch.device,
        processes: Processes,
    ) -> None:
        """`steps`: of the whole run, over which the learning rate falls."""
        self.recipe, self.subject, self.steps = recipe, subject, steps
        self.device, self.processes = device, processes
        self.optimisers = optimisation.make_optimisers(subject.network, recipe)
        self.carried: Carried = ()

    def take(self, step: int, *, wished: bool, check: Callable[[float, float], None]) -> Update:
        """One update; steps count from 0.

        The mean is over all tokens of the step, so that batches that are accumulated weigh what they would in
        one large batch. `check` sees loss and norm of the gradient before the weights are touched. `wished`:
        whether this process was told to stop; all processes hear of it in the same step.
        """
        network = self.subject.network
        torch.manual_seed(step_seed(self.recipe.seed, step, self.processes.rank))
        network.train()
        network.zero_grad()
        batches = self._batches(step)
        counted = sum(batch.counted for batch in batches)
        # Summed over this process's batches, and then over all processes.
        sums = torch.tensor([0.0, float(wished)], device=self.device)
        for batch in batches[self.processes.rank :: self.processes.size]:
            with self._autocast():
                loss, self.carried = self.subject.loss(batch, self.carried)
            (loss / counted).backward()  # type: ignore[no-untyped-call]
            sums[0] += loss.detach()
        learning = [p for p in network.parameters() if p.grad is not None]
        gradients = [p.grad for p in learning if p.grad is not None]
        # Those in pieces have been summed already.
        self.processes.add([*(g for g in gradients if not is_shard(g)), sums])
        norm = whole(torch.nn.utils.clip_grad_norm_(learning, self.recipe.clip))
        mean = sums[0].item() / counted
        check(mean, norm.item())
        for optimiser in self.optimisers:
            optimiser.step(self.rate(step))
        return Update(mean, sum(batch.inputs.size for batch in batches), bool(sums[1]))

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        return optimisation.learning_rate(self.recipe, step, self.steps)

    def _batches(self, step: int) -> list[Batch]:
        """What a step reads in all processes."""
        count = self.recipe.accumulate * self.processes.size
        return [self.subject.batches.batch(step * count + place) for place in range(count)]

    def _autocast(self) -> AbstractContextManager[object]:
        if self.recipe.autocast == "none":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)
