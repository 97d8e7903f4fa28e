"""The GPT in a folder that goes on learning: its tokenizer, its weights, and which of them learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from playground.api import InvalidInput, ModelUnavailable, Tokenizer
from playground_gpt.architecture import MODEL_TYPES, Architecture, parse
from playground_gpt.label_head import ARCHITECTURES, CONFIG_KEYS
from playground_gpt.tokenizer import load_tokenizer
from playground_gpt.weights import Weights, read_config
from playground_train.gpt_layout import take_over
from playground_train.gpt_network import GptNetwork
from playground_train.gpt_tokens import NEWLINE
from playground_train.low_rank import adapt

if TYPE_CHECKING:
    from playground_train.gpt import FineTuner

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "merges.txt",
)


@dataclass(frozen=True)
class Pretrained:
    """A model folder to begin with."""

    recipe: FineTuner
    config: Mapping[str, Any]
    architecture: Architecture
    tokenizer: Tokenizer
    end: int | None
    """The token that ends a text."""
    files: Mapping[str, bytes]
    """Of its tokenizer."""

    def encode(self, texts: list[str]) -> list[list[int]]:
        """The tokens of each text."""
        return [self.tokenizer.encode(text) for text in texts]

    def decode(self, ids: list[int]) -> str:
        """The text of tokens."""
        pieces = [
            self.tokenizer.piece(token, previous)
            for token, previous in zip(ids, [None, *ids], strict=False)
        ]
        return b"".join(pieces).decode("utf-8", "replace")

    def fill(self, network: GptNetwork) -> None:
        """Give the network the folder's weights, and let those learn that the recipe names."""
        recipe = self.recipe
        weights = Weights(Path(recipe.model), self.architecture.shapes())
        take_over(network, weights.load())
        if recipe.lora_rank:
            adapt(network, recipe.lora_rank, recipe.lora_alpha)
        frozen = [network.tokens, network.positions, *network.h[: recipe.freeze_layers]]
        for module in frozen if recipe.freeze_layers else []:
            module.requires_grad_(False)


def opened(recipe: FineTuner) -> Pretrained:
    """The model that `recipe` begins with. Raises ModelUnavailable where it is no GPT-1 or GPT-2."""
    folder = Path(recipe.model)
    config = read_config(folder)
    if config.get("model_type") not in MODEL_TYPES:
        raise ModelUnavailable(
            f"{folder} is of the kind {config.get('model_type')!r}: "
            "only GPT-1 and GPT-2 can be fine-tuned",
            "playground models list shows what there is",
        )
    architecture = parse(config, str(folder / "config.json"))
    _check_fits(recipe, architecture)
    tokenizer = load_tokenizer(folder, architecture, "hf")
    end = next(iter(tokenizer.eos_ids), None)
    if end is None:
        end = _newline_of(tokenizer)
    files = {
        name: (folder / name).read_bytes() for name in TOKENIZER_FILES if (folder / name).is_file()
    }
    return Pretrained(recipe, config, architecture, tokenizer, end, files)


def without_labels(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of the language model in a folder whose head may have told labels."""
    model_type = config["model_type"]
    kept = {key: value for key, value in config.items() if key not in CONFIG_KEYS}
    return kept | {"architectures": [ARCHITECTURES[model_type].language_model]}


def check_learns(network: nn.Module) -> None:
    """Raises InvalidInput where everything is frozen."""
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise InvalidInput(
            "with these layers frozen nothing is left to learn", "lower freeze_layers"
        )


def _check_fits(recipe: FineTuner, architecture: Architecture) -> None:
    if recipe.sequence_length > architecture.positions:
        raise InvalidInput(
            f"the model sees {architecture.positions} tokens, and sequences have {recipe.sequence_length}",
            f"set sequence_length to at most {architecture.positions}",
        )
    if recipe.freeze_layers > architecture.layers:
        raise InvalidInput(
            f"the model has {architecture.layers} layers, and {recipe.freeze_layers} are to be frozen"
        )


def _newline_of(tokenizer: Tokenizer) -> int | None:
    """GPT-1 has no token that ends a text; its newline, which no text of words holds, stands for it."""
    labels = (tokenizer.label(token) for token in range(tokenizer.vocabulary_size))
    return next((token for token, label in enumerate(labels) if label == NEWLINE), None)
