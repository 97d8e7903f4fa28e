"""char-RNN as it is trained: streams of characters with carried state (truncated backpropagation in time)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec
import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor
from torch.nn import functional

from playground_charrnn.checkpoint import WEIGHTS_FILE, load_weights, rounded
from playground_charrnn.config import CONFIG_FILE
from playground_charrnn.evaluation import sample
from playground_charrnn.network import Network
from playground_charrnn.torch_network import TorchNetwork, held_out_loss, joined, parts
from playground_charrnn.vocabulary import Vocabulary
from playground_train.data.batches import Batch, Streams
from playground_train.data.splitting import split
from playground_train.subjects.subject import Carried, Measured, Size

if TYPE_CHECKING:
    from playground_train.char_rnn import CharRnnTrainer
    from playground_train.data.reading import Corpus


class CharRnnSubject:
    """All texts as one stream, examples on lines of their own."""

    carries: ClassVar[bool] = True
    asked: ClassVar[tuple[str, ...]] = ()
    guesses: ClassVar[Literal["token", "example"]] = "token"

    def __init__(self, recipe: CharRnnTrainer, corpus: Corpus, device: torch.device) -> None:
        by_hash = recipe.split == "hash" or (recipe.split == "auto" and corpus.examples)
        sides = split(corpus.texts, recipe.validation_share, by_hash=by_hash)
        joint = "\n" if corpus.examples else ""
        training, held_out = joint.join(sides.training), joint.join(sides.held_out)
        self.recipe, self.device = recipe, device
        self.config = recipe.config(joint.join(corpus.texts))
        self.dropped = 0
        self.held_out = self._ids(held_out)
        ids = self._ids(training)
        self.batches = Streams(ids, recipe.batch_size, recipe.sequence_length, recipe.seed)
        self.size = Size(len(ids), len(self.held_out), [self.decode(self.held_out.tolist())])
        self.notes = (
            (f"{self.dropped:,} characters outside the vocabulary were dropped",)
            if self.dropped
            else ()
        )
        self.network = TorchNetwork(
            self.config,
            recipe.dropout,
            variational=recipe.variational,
            weight_dropout=recipe.weight_dropout,
        )

    def loss(self, batch: Batch, carried: Carried) -> tuple[Tensor, Carried]:
        inputs, targets = (
            torch.from_numpy(ids).to(self.device) for ids in (batch.inputs, batch.targets)
        )
        before = joined(carried) if carried and not batch.fresh else None
        logits, after = self.network(inputs, before)
        loss = functional.cross_entropy(
            logits.flatten(0, 1).float(), targets.flatten(), reduction="sum"
        )
        return loss, parts(after)

    def measured(self) -> Measured:
        return Measured(held_out_loss(self.network, self.held_out, self.device))

    def sample(self, length: int, seed: int) -> str:
        weights = rounded(self.network.weights(), self.recipe.stored_dtype)
        return sample(Network(self.config, weights), length, seed=seed)

    def decode(self, ids: list[int]) -> str:
        return Vocabulary(self.config.vocabulary).decode(ids)

    def files(self, dtype: str, card: Mapping[str, Any]) -> dict[str, bytes]:
        config = msgspec.structs.replace(
            self.config, training={**card, "characters_dropped": self.dropped}
        )
        weights = {
            name: np.ascontiguousarray(array, dtype=dtype)
            for name, array in self.network.weights().items()
        }
        return {
            CONFIG_FILE: msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n",
            WEIGHTS_FILE: save(weights, metadata={"format": "pt"}),
        }

    def reload(self, folder: Path) -> None:
        weights = load_weights(folder, self.config)
        self.network.load_state_dict({name: torch.from_numpy(a) for name, a in weights.items()})

    def _ids(self, text: str) -> np.ndarray:
        encoded = Vocabulary(self.config.vocabulary).encode(
            text, drop_unknown=self.recipe.unknown == "drop"
        )
        self.dropped += len(encoded.dropped)
        return np.array(encoded.ids, dtype=np.int32)
