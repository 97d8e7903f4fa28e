"""A GPT that learns to label texts, and goes on learning to write them (Radford et al. 2018, section 3.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from playground_train.data.batches import IGNORED
from playground_train.gpt_network import GptNetwork


class ClassifierNetwork(nn.Module):
    """`score` reads the hidden state of the last token of each text; `lm_weight` is the paper's lambda."""

    def __init__(self, gpt: GptNetwork, labels: int, lm_weight: float) -> None:
        super().__init__()
        self.gpt, self.lm_weight = gpt, lm_weight
        self.score = nn.Linear(gpt.architecture.width, labels, bias=False)
        nn.init.normal_(self.score.weight, std=0.02)

    def forward(self, ids: Tensor, targets: Tensor, labels: Tensor) -> Tensor:
        """The sum over texts of L(label) + lambda * mean L(token), in nats.

        `ids` and `targets` are (rows, time), `labels` (rows,); the last token of a text has no target.
        """
        hidden = self.gpt.hidden(ids)
        loss = functional.cross_entropy(
            self._scores(hidden, targets).float(), labels, reduction="sum"
        )
        if not self.lm_weight:
            return loss
        logits = functional.linear(hidden, self.gpt.head).float()  # (rows, time, vocabulary)
        losses = functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="none"
        ).view_as(targets)
        scored = (targets != IGNORED).sum(1).clamp(min=1)
        return loss + self.lm_weight * (losses.sum(1) / scored).sum()

    def scores(self, ids: Tensor, targets: Tensor) -> Tensor:
        """(rows, labels): the logits of each text's label."""
        return self._scores(self.gpt.hidden(ids), targets)

    def _scores(self, hidden: Tensor, targets: Tensor) -> Tensor:
        last = (targets != IGNORED).sum(1)  # (rows,): the place after the last one with a target
        states = hidden[torch.arange(len(hidden), device=hidden.device), last]
        states = functional.dropout(states, self.gpt.dropout, self.training)
        logits: Tensor = self.score(states)
        return logits
