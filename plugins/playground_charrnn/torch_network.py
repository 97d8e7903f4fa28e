"""The same network in torch, for training, and its loss on held-out text."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from playground_charrnn.checkpoint import Weights
from playground_charrnn.config import Config
from playground_charrnn.held_out import validation_chunks

Carried = Tensor | tuple[Tensor, Tensor]
_CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class TorchNetwork(nn.Module):
    """Parameters are named as in `Config.shapes`."""

    def __init__(self, config: Config, dropout: float = 0.0) -> None:
        super().__init__()
        size = len(config.vocabulary)
        self.embedding = (
            nn.Embedding(size, config.embedding_size) if config.embedding_size else None
        )
        self.rnn = _CELLS[config.cell](
            config.input_size,
            config.hidden_size,
            config.layers,
            dropout=dropout if config.layers > 1 else 0.0,
            batch_first=True,
        )
        self.head = nn.Linear(config.hidden_size, size)
        self.dropout = nn.Dropout(dropout)
        self._size = size
        if config.cell == "lstm":
            self._remember_at_first(config)

    def forward(self, ids: Tensor, carried: Carried | None = None) -> tuple[Tensor, Carried]:
        """Logits (rows, time, vocabulary) and the carried state, from ids (rows, time)."""
        if self.embedding is not None:
            inputs = self.dropout(self.embedding(ids))
        else:
            inputs = functional.one_hot(ids, self._size).to(self.head.weight.dtype)
        output, carried = self.rnn(inputs, carried)
        return self.head(self.dropout(output)), carried

    def _remember_at_first(self, config: Config) -> None:
        """A forget bias of 1 (Gers et al. 2000; Jozefowicz et al. 2015)."""
        size = config.hidden_size
        with torch.no_grad():
            for layer in range(config.layers):
                getattr(self.rnn, f"bias_ih_l{layer}")[size : 2 * size] = 1.0

    def weights(self) -> Weights:
        """The parameters as numpy arrays."""
        return {name: tensor.detach().cpu().numpy() for name, tensor in self.named_parameters()}


def parts(carried: Carried) -> tuple[Tensor, ...]:
    """The tensors of a carried state, cut from the graph that made them."""
    tensors = carried if isinstance(carried, tuple) else (carried,)
    return tuple(tensor.detach() for tensor in tensors)


def joined(tensors: tuple[Tensor, ...]) -> Carried:
    """The carried state of `parts`."""
    return (tensors[0], tensors[1]) if len(tensors) == 2 else tensors[0]


def held_out_loss(network: TorchNetwork, ids: np.ndarray, device: torch.device) -> float:
    """Mean negative log-likelihood, nats a character, of held-out `ids` (characters,) but the first."""
    network.eval()
    total, count = 0.0, 0
    carried: Carried | None = None
    with torch.no_grad():
        for chunk in validation_chunks(ids):
            arrays = chunk.inputs, chunk.targets, chunk.counted
            inputs, targets, counted = (torch.from_numpy(array).to(device) for array in arrays)
            logits, carried = network(inputs.long(), carried)
            losses = functional.cross_entropy(logits.mT, targets.long(), reduction="none")
            total += float(losses[counted].sum())
            count += int(counted.sum())
    return total / count
