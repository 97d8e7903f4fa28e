"""The recipes of a GPT: trained from nothing, or fine-tuned. torch is imported when a run begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import Meta
from playground_train.recipe import Dropout, EvaluateEvery, LearningRate, Recipe

if TYPE_CHECKING:
    import torch

    from playground_train.data.reading import Corpus
    from playground_train.subjects.subject import Subject

Width = Annotated[int, Meta(ge=1, le=65536, description="width of the layers")]


class TransformerRecipe(Recipe, frozen=True, kw_only=True):
    """What both have in common: how texts become sequences, and what saves memory."""

    stride: Annotated[
        int, Meta(ge=0, description="tokens between the windows of a text; 0: sequence_length")
    ] = 0
    packing: Annotated[
        Literal["none", "next-fit", "first-fit", "best-fit"],
        Meta(description="how examples fill sequences; none: one each"),
    ] = "best-fit"
    isolate: Annotated[
        bool, Meta(description="packed examples do not see each other, nor is one guessed")
    ] = False
    drop_first_token: Annotated[
        bool,
        Meta(
            description="leave out the first token of each appended example, a slip of old recipes"
        ),
    ] = False
    overlong: Annotated[
        Literal["drop", "cut", "refuse"],
        Meta(description="what to do with an example that is longer than sequence_length"),
    ] = "drop"
    end_of_text: Annotated[
        bool, Meta(description="end every text with the token that ends texts (GPT-1: a newline)")
    ] = True
    recompute: Annotated[
        bool, Meta(description="compute layers twice instead of remembering them, to save memory")
    ] = False
    evaluate_tokens: Annotated[
        int, Meta(ge=0, description="held-out tokens that are evaluated; 0: all")
    ] = 0


class GptTrainer(TransformerRecipe, frozen=True, kw_only=True):
    """Train a GPT from nothing, with a tokenizer learned from the text.

    The defaults are nanoGPT's small setting for a CPU.
    """

    name: ClassVar[str] = "gpt"
    summary: ClassVar[str] = "a transformer of GPT-2's or GPT-1's architecture, from nothing"

    architecture: Annotated[
        Literal["gpt2", "gpt1"],
        Meta(description="gpt2: pre-norm, bytes; gpt1: post-norm, lower-cased words"),
    ] = "gpt2"
    layers: Annotated[int, Meta(ge=1, le=1000, description="layers of attention")] = 4
    heads: Annotated[int, Meta(ge=1, le=65536, description="heads of attention")] = 4
    width: Width = 128
    context_length: Annotated[
        int, Meta(ge=0, description="tokens that the model can see; 0: sequence_length")
    ] = 0
    activation: Annotated[
        Literal["gelu_new", "gelu"],
        Meta(
            description="of gpt2: gelu_new is the original's, gelu (exact) trains faster on a CPU"
        ),
    ] = "gelu_new"
    vocabulary_size: Annotated[
        int, Meta(ge=2, le=2**20, description="tokens to learn from the text; 257: bytes")
    ] = 257

    def prepare(self, corpus: Corpus, device: torch.device) -> Subject:
        """See `Recipe.prepare`."""
        from playground_train.subjects.gpt import from_nothing

        return from_nothing(self, corpus, device)


class FineTuner(TransformerRecipe, frozen=True, kw_only=True):
    """Go on training a GPT-1 or GPT-2 on other text."""

    name: ClassVar[str] = "finetune"
    summary: ClassVar[str] = "a GPT-1 or GPT-2 that goes on learning from your text"

    model: Annotated[str, Meta(description="folder of the model to begin with")]
    freeze_layers: Annotated[
        int, Meta(ge=0, description="layers from the first that stay; above 0 the embeddings too")
    ] = 0
    lora_rank: Annotated[
        int, Meta(ge=0, description="rank of low-rank adapters, which alone learn; 0: none (LoRA)")
    ] = 0
    lora_alpha: Annotated[
        float, Meta(gt=0, description="the adapters count alpha / rank times; merged at the end")
    ] = 16.0
    label_column: Annotated[
        str,
        Meta(
            description="column of a CSV file or field of a JSONL file that holds a label: a head learns "
            "to tell the labels of texts"
        ),
    ] = ""
    lm_weight: Annotated[
        float, Meta(ge=0, description="of the loss of a language model beside that of labels")
    ] = 0.5
    learning_rate: LearningRate = 3e-5
    dropout: Dropout = 0.1
    evaluate_every: EvaluateEvery = 100

    def prepare(self, corpus: Corpus, device: torch.device) -> Subject:
        """See `Recipe.prepare`."""
        if self.label_column:
            from playground_train.subjects.classifier import classifier

            return classifier(self, corpus, device)
        from playground_train.subjects.gpt import from_folder

        return from_folder(self, corpus, device)

    def read(self, files: Sequence[Path]) -> Corpus:
        """See `Recipe.read`."""
        from playground_train.data.reading import read

        return read(files, self, self.label_column)
