"""The same network in torch, for training, and its loss on held-out text."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from playground_charrnn.checkpoint import Weights
from playground_charrnn.config import Config
from playground_charrnn.held_out import validation_chunks

Carried = Tensor | tuple[Tensor, Tensor]
_CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
_LAYERS: dict[str, Any] = {"lstm": torch.lstm, "gru": torch.gru, "rnn": torch.rnn_tanh}


class TorchNetwork(nn.Module):
    """Parameters are named as in `Config.shapes`."""

    def __init__(
        self,
        config: Config,
        dropout: float = 0.0,
        *,
        variational: bool = False,
        weight_dropout: float = 0.0,
    ) -> None:
        """Dropout in training, of activations and of recurrent weights.

        `variational`: one mask for all steps of a row (Gal and Ghahramani 2016). `weight_dropout`: one mask
        of the recurrent matrices for all steps of all rows (DropConnect in AWD-LSTM, Merity et al. 2017).
        """
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
        self.dropout, self.variational, self.weight_dropout = dropout, variational, weight_dropout
        self._config = config
        if config.cell == "lstm":
            self._remember_at_first(config)

    def forward(self, ids: Tensor, carried: Carried | None = None) -> tuple[Tensor, Carried]:
        """Logits (rows, time, vocabulary) and the carried state, from ids (rows, time)."""
        if self.embedding is not None:
            inputs = self._dropped(self.embedding(ids))
        else:
            inputs = functional.one_hot(ids, len(self._config.vocabulary))
            inputs = inputs.to(self.head.weight.dtype)
        alone = self.variational or self.weight_dropout or inputs.device.type == "cpu"
        if self.training and alone:
            output, carried = self._layer_by_layer(inputs, carried)
        else:
            output, carried = self.rnn(inputs, carried)
        return self.head(self._dropped(output)), carried

    def _dropped(self, x: Tensor) -> Tensor:
        """Activations (rows, time, width) after dropout."""
        if not self.training or not self.dropout:
            return x
        return x * dropout_mask(x[:, :1] if self.variational else x, self.dropout)

    def _layer_by_layer(self, x: Tensor, carried: Carried | None) -> tuple[Tensor, Carried]:
        """What `rnn` computes, with dropout that its module does not have, on a CPU with quicker masks."""
        config = self._config
        layer_of = _LAYERS[config.cell]
        if carried is None:
            zeros = x.new_zeros(config.layers, len(x), config.hidden_size)
            carried = (zeros, zeros) if config.cell == "lstm" else zeros
        after = []
        for index, (inner, recurrent, *biases) in enumerate(self.rnn.all_weights):
            if self.weight_dropout:
                recurrent = recurrent * dropout_mask(recurrent, self.weight_dropout)
            before = [tensor[index : index + 1] for tensor in parts(carried)]  # (1, rows, hidden)
            output, *state = layer_of(
                self._dropped(x) if index else x,
                before if config.cell == "lstm" else before[0],
                [inner, recurrent, *biases],
                True,  # biases
                1,  # layers
                0.0,  # dropout between them
                True,  # training
                False,  # both directions
                True,  # rows before time
            )
            x = output
            after.append(state)
        return x, joined(tuple(torch.cat(tensors) for tensors in zip(*after, strict=True)))

    def _remember_at_first(self, config: Config) -> None:
        """A forget bias of 1 (Gers et al. 2000; Jozefowicz et al. 2015)."""
        size = config.hidden_size
        with torch.no_grad():
            for layer in range(config.layers):
                getattr(self.rnn, f"bias_ih_l{layer}")[size : 2 * size] = 1.0

    def weights(self) -> Weights:
        """The parameters as numpy arrays."""
        return {name: tensor.detach().cpu().numpy() for name, tensor in self.named_parameters()}


def dropout_mask(x: Tensor, rate: float) -> Tensor:
    """What `x` is multiplied by to drop a share of it: 0, or what keeps the mean; in the shape of `x`.

    16 random bits decide about a number, four numbers a draw: on a CPU torch's own dropout, which draws each
    for itself, takes several times as long, and with it a good part of a step.
    """
    dropped = min(round(rate * 2**16), 2**16 - 1)
    draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64, device=x.device)
    bits = draws.random_(-(2**63), None).view(torch.int16)[: x.numel()].view(x.shape)
    return (bits >= dropped - 2**15).to(x.dtype).mul_(2**16 / (2**16 - dropped))


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
