"""What every training has in its recipe, declared once; how a network is shaped is added by each trainer.

Imports nothing heavy: recipes are listed, checked and shown without torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import Meta
from playground.api.training import DataPreview, Trainer, TrainingEvent

if TYPE_CHECKING:
    import torch

    from playground_train.data.reading import Corpus
    from playground_train.subjects.subject import Subject

Share = Annotated[float, Meta(ge=0, lt=1)]
Steps = Annotated[int, Meta(ge=1, description="updates of the weights")]
BatchSize = Annotated[int, Meta(ge=1, description="sequences that are read side by side")]
SequenceLength = Annotated[int, Meta(ge=1, description="tokens of a sequence")]
LearningRate = Annotated[float, Meta(gt=0, description="of the optimiser, at its highest")]
WarmupSteps = Annotated[int, Meta(ge=0, description="steps of rising learning rate")]
WeightDecay = Annotated[float, Meta(ge=0, description="of the optimiser, for matrices")]
Dropout = Annotated[Share, Meta(description="share of activations dropped")]
EvaluateEvery = Annotated[
    int, Meta(ge=1, description="steps between evaluation, sample and checkpoint")
]
StoredDtype = Annotated[
    Literal["float16", "float32"], Meta(description="type in which the weights are stored")
]


class Recipe(Trainer, frozen=True, kw_only=True):
    """The part of a recipe that says which text is read, how weights are updated and what is shown."""

    recipes: ClassVar[Path | None] = Path(__file__).with_name("recipes")

    format: Annotated[
        Literal["auto", "text", "lines", "csv", "jsonl"],
        Meta(
            description="how files are read; auto: by their names. A CSV row, JSONL object or line is "
            "an example, a text file a document"
        ),
    ] = "auto"
    column: Annotated[
        str, Meta(description="column of a CSV file or field of a JSONL file that holds the text")
    ] = "text"
    repair: Annotated[
        bool, Meta(description="mend text that was decoded wrongly somewhere (ftfy)")
    ] = True
    non_ascii: Annotated[
        Literal["keep", "fold", "drop", "refuse"],
        Meta(description="characters outside ASCII: fold writes é as e and curly quotes straight"),
    ] = "keep"
    prefix: Annotated[str, Meta(description="text before every example")] = ""
    licence: Annotated[
        str, Meta(description="what the model's card says of the licence of the text")
    ] = ""
    validation_share: Annotated[
        float, Meta(gt=0, lt=1, description="share of the text that is held out")
    ] = 0.1
    split: Annotated[
        Literal["auto", "end", "hash"],
        Meta(
            description="what is held out: the end of the text, or documents and examples chosen by their "
            "hash; auto: the end of texts, examples by hash"
        ),
    ] = "auto"

    steps: Steps = 2000
    epochs: Annotated[float, Meta(ge=0, description="passes over the data; 0: steps says")] = 0.0
    batch_size: BatchSize = 12
    accumulate: Annotated[int, Meta(ge=1, description="batches whose gradients make one step")] = 1
    sequence_length: SequenceLength = 64
    optimiser: Annotated[
        Literal["adamw", "muon"],
        Meta(description="muon: Muon for the matrices of the layers, AdamW for the rest"),
    ] = "adamw"
    learning_rate: LearningRate = 1e-3
    schedule: Annotated[
        Literal["constant", "linear", "cosine"],
        Meta(description="the learning rate after warm-up"),
    ] = "cosine"
    warmup_steps: WarmupSteps = 100
    final_rate: Annotated[
        Share, Meta(description="share of the learning rate left at the end of its schedule")
    ] = 0.01
    weight_decay: WeightDecay = 0.1
    beta2: Annotated[
        float, Meta(ge=0, lt=1, description="of AdamW: memory of squared gradients")
    ] = 0.99
    clip: Annotated[float, Meta(gt=0, description="largest norm of the gradient")] = 1.0
    dropout: Dropout = 0.0
    average: Annotated[
        Share,
        Meta(
            description="decay a step of the moving average of the weights, which is evaluated and "
            "stored in their place; 0: none"
        ),
    ] = 0.0
    autocast: Annotated[
        Literal["none", "bfloat16"], Meta(description="type of the products in training")
    ] = "none"
    compile: Annotated[
        bool, Meta(description="torch.compile the network (needs a C++ compiler on a CPU)")
    ] = False
    patience: Annotated[
        int, Meta(ge=0, description="evaluations without a better loss that end the run; 0: never")
    ] = 0

    seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="of weights, data order and dropout")
    ] = 1
    evaluate_every: EvaluateEvery = 250
    report_every: Annotated[int, Meta(ge=1, description="steps between reports of progress")] = 10
    sample_length: Annotated[int, Meta(ge=0, description="tokens of a sample; 0: none")] = 200
    stored_dtype: StoredDtype = "float16"

    def train(
        self,
        files: Sequence[Path],
        out: Path,
        *,
        resume: bool = False,
        device: str = "auto",
        shard: bool = False,
    ) -> Iterator[TrainingEvent]:
        """See `Trainer.train`."""
        from playground_train.training import train

        yield from train(self, files, out, resume=resume, device=device, shard=shard)

    def preview(self, files: Sequence[Path], count: int = 5) -> DataPreview:
        """See `Trainer.preview`."""
        from playground_train.preview import preview

        return preview(self, files, count)

    def read(self, files: Sequence[Path]) -> Corpus:
        """The texts of files. Raises InvalidInput for what cannot be read."""
        from playground_train.data.reading import read

        return read(files, self)

    def prepare(self, corpus: Corpus, device: torch.device) -> Subject:
        """The network for these texts, and the texts as it reads them.

        The network is made on the CPU; what it reads is put on `device`.
        Raises InvalidInput for texts that it cannot be trained on.
        """
        raise NotImplementedError
