"""The trainer as the playground sees it: the recipe, declared once. torch is imported when a run begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from playground.api import Meta
from playground.api.training import Trainer, TrainingEvent
from playground_charrnn.config import Cell, Config
from playground_charrnn.vocabulary import Vocabulary

Share = Annotated[float, Meta(ge=0, lt=1)]


class CharRnnTrainer(Trainer, frozen=True):
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
    steps: Annotated[int, Meta(ge=1, description="updates of the weights")] = 6000
    batch_size: Annotated[int, Meta(ge=1, description="parallel streams of text")] = 32
    sequence_length: Annotated[
        int,
        Meta(ge=1, description="characters a step reads of each stream and differentiates through"),
    ] = 64
    learning_rate: Annotated[float, Meta(gt=0, description="of AdamW, at its highest")] = 0.003
    warmup_steps: Annotated[int, Meta(ge=0, description="steps of rising learning rate")] = 100
    final_rate: Annotated[
        Share, Meta(description="share of the learning rate left at the end of its cosine")
    ] = 0.01
    weight_decay: Annotated[float, Meta(ge=0, description="of AdamW, for matrices")] = 0.05
    dropout: Annotated[
        Share,
        Meta(
            description="share of activations dropped: embedding, between layers, before the head"
        ),
    ] = 0.2
    clip: Annotated[float, Meta(gt=0, description="largest norm of the gradient")] = 1.0
    validation_share: Annotated[
        float, Meta(gt=0, lt=1, description="share of the text, at its end, that is held out")
    ] = 0.1
    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="of weights, data order and dropout")
    ] = 1
    evaluate_every: Annotated[
        int, Meta(ge=1, description="steps between evaluation, sample and checkpoint")
    ] = 500
    report_every: Annotated[int, Meta(ge=1, description="steps between reports of progress")] = 10
    sample_length: Annotated[int, Meta(ge=0, description="characters of a sample; 0: none")] = 200
    stored_dtype: Annotated[
        Literal["float16", "float32"], Meta(description="type in which the weights are stored")
    ] = "float16"

    def train(
        self, files: Sequence[Path], out: Path, *, resume: bool = False, device: str = "auto"
    ) -> Iterator[TrainingEvent]:
        """See `Trainer.train`."""
        from playground_charrnn.training import train

        yield from train(self, files, out, resume=resume, device=device)

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
