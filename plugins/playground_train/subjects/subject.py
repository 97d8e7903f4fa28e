"""What a training run knows of what it trains. The run knows no architecture, a subject no schedule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from torch import Tensor, nn

from playground_train.data.batches import Batch, Batches

Carried = tuple[Tensor, ...]
"""What a recurrent network carries from a batch to the next; nothing for others."""


class Size:
    """How much text there is: for the card, and for losses that compare across tokenizers."""

    def __init__(self, training_tokens: int, held_out_tokens: int, held_out: Iterable[str]) -> None:
        texts = list(held_out)
        self.training_tokens = training_tokens
        self.held_out_tokens = held_out_tokens
        self.held_out_characters = sum(map(len, texts))
        self.held_out_bytes = sum(len(text.encode()) for text in texts)

    def bits_per_character(self, loss: float) -> float:
        """A loss in nats a token on the held-out text."""
        return self._bits(loss) / max(1, self.held_out_characters)

    def bits_per_byte(self, loss: float) -> float:
        """The same by the bytes of its UTF-8."""
        return self._bits(loss) / max(1, self.held_out_bytes)

    def _bits(self, loss: float) -> float:
        return loss * self.held_out_tokens / math.log(2)


@dataclass(frozen=True)
class Measured:
    """On held-out text: the mean loss of a guess in nats and, of labels, the share that is right."""

    loss: float
    accuracy: float | None = None


class Subject(Protocol):
    """A network, the texts as it reads them, and the model folder that it becomes."""

    carries: ClassVar[bool]
    """Whether batches have to be read one after the other, because a state is carried on."""
    asked: ClassVar[tuple[str, ...]]
    """Methods of the network, besides its forward, that are called to compute something."""
    guesses: ClassVar[Literal["token", "example"]]
    """What a loss is the mean over: tokens, or the labels of examples."""

    @property
    def network(self) -> nn.Module:
        """What is trained: the parameters that require a gradient."""

    @property
    def batches(self) -> Batches:
        """The training text."""

    @property
    def size(self) -> Size:
        """How much text there is."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the texts, for the user."""

    def loss(self, batch: Batch, carried: Carried) -> tuple[Tensor, Carried]:
        """The sum of the losses of what a batch counts in nats, and what to carry on."""

    def measured(self) -> Measured:
        """The network on the held-out text. Leaves it in evaluation."""

    def sample(self, length: int, seed: int) -> str:
        """What the network writes by itself, `length` tokens at most; a classifier says what it guesses."""

    def decode(self, ids: list[int]) -> str:
        """The text of tokens, for people."""

    def files(self, dtype: str, card: Mapping[str, Any]) -> dict[str, bytes]:
        """The model folder: names and contents, weights rounded to `dtype`."""

    def reload(self, folder: Path) -> None:
        """Take over the weights of a model folder that `files` made."""
