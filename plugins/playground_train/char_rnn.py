"""The recipe of a char-RNN. torch is imported when a run begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import Meta
from playground_charrnn.config import Cell, Config
from playground_charrnn.vocabulary import Vocabulary
from playground_train.recipe import (
    BatchSize,
    Dropout,
    EvaluateEvery,
    LearningRate,
    Recipe,
    Share,
    Steps,
    WeightDecay,
)

if TYPE_CHECKING:
    import torch

    from playground_train.data.reading import Corpus
    from playground_train.subjects.subject import Subject


class CharRnnTrainer(Recipe, frozen=True, kw_only=True):
    """Train a char-RNN by truncated backpropagation through time with carried state."""

    name: ClassVar[str] = "char-rnn"
    summary: ClassVar[str] = "a recurrent network over characters (LSTM, GRU or plain RNN)"

    cell: Annotated[Cell, Meta(description="kind of recurrent cell")] = "lstm"
    layers: Annotated[int, Meta(ge=1, le=64, description="recurrent layers")] = 2
    hidden_size: Annotated[int, Meta(ge=1, le=65536, description="units of a layer")] = 384
    embedding_size: Annotated[
        int, Meta(ge=0, le=65536, description="width of the character embedding; 0: one-hot input")
    ] = 128
    vocabulary: Annotated[
        Literal["printable", "learned"],
        Meta(description="the 100 printable ASCII characters, or those of the text"),
    ] = "printable"
    unknown: Annotated[
        Literal["error", "drop"],
        Meta(description="what to do with characters outside the vocabulary"),
    ] = "error"
    steps: Steps = 6000
    batch_size: BatchSize = 32
    learning_rate: LearningRate = 0.003
    weight_decay: WeightDecay = 0.05
    dropout: Dropout = 0.2
    variational: Annotated[
        bool,
        Meta(description="drop the same activations at every step of a sequence"),
    ] = False
    weight_dropout: Annotated[
        Share, Meta(description="share of the recurrent weights dropped for a sequence")
    ] = 0.0
    evaluate_every: EvaluateEvery = 500

    def prepare(self, corpus: Corpus, device: torch.device) -> Subject:
        """See `Recipe.prepare`."""
        from playground_train.subjects.char_rnn import CharRnnSubject

        return CharRnnSubject(self, corpus, device)

    def config(self, text: str) -> Config:
        """The architecture for a text."""
        printable = self.vocabulary == "printable"
        vocabulary = Vocabulary.printable() if printable else Vocabulary.learned(text)
        return Config(
            cell=self.cell,
            layers=self.layers,
            hidden_size=self.hidden_size,
            embedding_size=self.embedding_size,
            vocabulary=vocabulary.characters,
        )
