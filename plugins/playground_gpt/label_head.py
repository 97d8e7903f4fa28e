"""The head of a GPT that labels texts, in the layout of transformers' `…ForSequenceClassification`.

It reads the last layer's output at the last token of a text (Radford et al. 2018). Imports no numpy until it
has weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from playground.api import ModelUnavailable
from playground_gpt.architecture import Architecture

if TYPE_CHECKING:
    from numpy import ndarray

WEIGHT = "score.weight"
"""The head in the file: (labels, width), without a bias."""
EXTRA = "text_classification"
"""What of our own a `config.json` says beside transformers' keys."""
CONFIG_KEYS = ("id2label", "label2id", "num_labels", "problem_type", EXTRA)


class Architectures(NamedTuple):
    """What transformers calls a GPT with either head."""

    language_model: str
    classifier: str


ARCHITECTURES = {
    "gpt2": Architectures("GPT2LMHeadModel", "GPT2ForSequenceClassification"),
    "openai-gpt": Architectures("OpenAIGPTLMHeadModel", "OpenAIGPTForSequenceClassification"),
}


class Labelling(msgspec.Struct, frozen=True, kw_only=True):
    """How texts are read to be labelled, and what the labels are called."""

    labels: tuple[str, ...]
    prefix: str = ""
    """What stood before every text in training."""
    closing: tuple[int, ...] = ()
    """Tokens after a text, whose last one the head reads; without them it reads the text's last token."""

    def config(self, model_type: str) -> dict[str, Any]:
        """What `config.json` says of it."""
        return {
            "architectures": [ARCHITECTURES[model_type].classifier],
            "id2label": {str(number): label for number, label in enumerate(self.labels)},
            "label2id": {label: number for number, label in enumerate(self.labels)},
            "problem_type": "single_label_classification",
            EXTRA: {"prefix": self.prefix, "closing": self.closing},
        }


class _Extra(msgspec.Struct, frozen=True):
    prefix: str = ""
    closing: tuple[int, ...] = ()


def labelling(config: Mapping[str, Any], where: str) -> Labelling | None:
    """How the model of a `config.json` labels texts; None for a language model.

    Raises ModelUnavailable, with `where`, for a classifier whose labels or tokens cannot be meant.
    """
    named = config.get("architectures") or [""]
    if named[0] not in {names.classifier for names in ARCHITECTURES.values()}:
        return None
    try:
        # Without names, transformers has two labels and calls them so.
        default = {"0": "LABEL_0", "1": "LABEL_1"}
        names = msgspec.convert(config.get("id2label", default), dict[str, str])
        extra = msgspec.convert(config.get(EXTRA, {}), _Extra)
        labels = tuple(names[str(number)] for number in range(len(names)))
    except (msgspec.ValidationError, KeyError) as error:
        raise ModelUnavailable(f"{where} tells no labels for its head: {error}") from None
    return Labelling(labels=labels, prefix=extra.prefix, closing=extra.closing)


@dataclass(frozen=True, slots=True)
class LabelHead:
    """A head that is ready to label. Implements `playground.api.LabelHead`."""

    labels: tuple[str, ...]
    prefix: str
    closing: tuple[int, ...]
    weight: ndarray
    norm: tuple[ndarray, ndarray, float] | None
    """Weight, bias and epsilon of the norm between the last layer and the head."""

    def logits(self, hidden: ndarray) -> ndarray:
        """(n, labels) of the last layer's output (n, width)."""
        import numpy as np

        x = np.asarray(hidden, np.float32)
        if self.norm is not None:
            weight, bias, epsilon = self.norm
            x = x - x.mean(axis=-1, keepdims=True)
            x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + epsilon) * weight + bias
        scores: ndarray = x @ self.weight.T
        return scores


def head_of(
    told: Labelling | None, architecture: Architecture, arrays: Mapping[str, ndarray]
) -> LabelHead | None:
    """The head among the `arrays` of a file, where it was told of one."""
    if told is None:
        return None
    norm = None
    if architecture.pre_norm:
        norm = arrays["ln_f.weight"], arrays["ln_f.bias"], architecture.epsilon
    return LabelHead(told.labels, told.prefix, told.closing, arrays[WEIGHT], norm)
