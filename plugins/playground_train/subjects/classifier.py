"""A GPT that learns the labels of examples, into a folder that transformers loads as a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from playground_gpt.label_head import WEIGHT, Labelling
from playground_gpt.weights import Weights
from playground_train.classifier_network import ClassifierNetwork
from playground_train.data.batches import Batch
from playground_train.data.labelled import LabelledTexts, labelled_texts
from playground_train.data.sequences import EVALUATED_ROWS, spread
from playground_train.gpt_layout import exported, take_over
from playground_train.gpt_network import GptNetwork
from playground_train.sharding import part, whole
from playground_train.subjects.gpt import model_files
from playground_train.subjects.pretrained import Pretrained, opened, without_labels
from playground_train.subjects.subject import Carried, Measured, Size

if TYPE_CHECKING:
    from playground_train.data.reading import Corpus
    from playground_train.gpt import FineTuner


class ClassifierSubject:
    """A GPT with a head for labels, every example a sequence of its own."""

    carries: ClassVar[bool] = False
    asked: ClassVar[tuple[str, ...]] = ("scores",)
    guesses: ClassVar[Literal["token", "example"]] = "example"

    def __init__(
        self, model: Pretrained, told: Labelling, texts: LabelledTexts, device: torch.device
    ) -> None:
        self.model, self.told, self.texts, self.device = model, told, texts, device
        self.recipe = model.recipe
        gpt = GptNetwork(model.architecture, self.recipe.dropout, recompute=self.recipe.recompute)
        model.fill(gpt)
        self.network = ClassifierNetwork(gpt, len(told.labels), self.recipe.lm_weight)
        self.batches, self.notes = texts.training, texts.notes
        training, held_out = (
            sum(map(len, side.examples)) for side in (texts.training, texts.held_out)
        )
        self.size = Size(training, held_out, texts.texts)
        self._forward = torch.compile(self.network) if self.recipe.compile else self.network

    def loss(self, batch: Batch, carried: Carried) -> tuple[Tensor, Carried]:
        loss: Tensor = self._forward(*self._tensors(batch))
        return loss, ()

    def measured(self) -> Measured:
        count = -(-self.recipe.evaluate_tokens // self.recipe.sequence_length)
        places = spread(np.arange(len(self.texts.texts)), count)
        loss, right = 0.0, 0
        for first in range(0, len(places), EVALUATED_ROWS):
            scores, labels = self._guessed(places[first : first + EVALUATED_ROWS])
            loss += float(functional.cross_entropy(scores, labels, reduction="sum"))
            right += int((scores.argmax(-1) == labels).sum())
        return Measured(loss / len(places), right / len(places))

    def sample(self, length: int, seed: int) -> str:
        place = int(np.random.default_rng(seed).integers(len(self.texts.texts)))
        scores, labels = self._guessed(np.array([place]))
        guess = int(scores[0].argmax())
        said, right = self.told.labels[guess], self.told.labels[int(labels[0])]
        return (
            f"{said} ({scores[0].softmax(-1)[guess]:.0%}; labelled {right}): "
            f"{self.texts.texts[place]}"
        )

    def decode(self, ids: list[int]) -> str:
        return self.model.decode(ids)

    def files(self, dtype: str, card: Mapping[str, Any]) -> dict[str, bytes]:
        config = {
            **without_labels(self.model.config),
            **self.told.config(self.model.config["model_type"]),
            "dtype": dtype,
            "training": dict(card),
        }
        head = whole(self.network.score.weight.detach()).cpu().numpy().astype(dtype)
        arrays = exported(self.network.gpt, dtype) | {WEIGHT: head}
        return model_files(config, arrays, self.model.files)

    def reload(self, folder: Path) -> None:
        head = {WEIGHT: tuple(self.network.score.weight.shape)}
        arrays = Weights(folder, self.model.architecture.shapes() | head).load()
        take_over(self.network.gpt, arrays)
        with torch.no_grad():
            weight = self.network.score.weight
            weight.copy_(part(torch.from_numpy(np.array(arrays[WEIGHT])), weight))

    @torch.no_grad()
    def _guessed(self, places: np.ndarray) -> tuple[Tensor, Tensor]:
        """The logits of the labels of held-out examples (rows, labels), and their labels (rows,)."""
        self.network.eval()
        inputs, targets, labels = self._tensors(self.texts.held_out.chosen(places))
        return self.network.scores(inputs, targets).float(), labels

    def _tensors(self, batch: Batch) -> tuple[Tensor, ...]:
        arrays = (batch.inputs, batch.targets, np.asarray(batch.labels))
        return tuple(torch.from_numpy(array).to(self.device) for array in arrays)


def classifier(recipe: FineTuner, corpus: Corpus, device: torch.device) -> ClassifierSubject:
    """A head for the labels of a corpus on the model in a folder."""
    model = opened(recipe)
    closing = (model.end,) if recipe.end_of_text and model.end is not None else ()
    texts = labelled_texts(recipe, corpus, model.encode, closing)
    told = Labelling(labels=texts.labels, prefix=recipe.prefix, closing=closing)
    return ClassifierSubject(model, told, texts, device)
