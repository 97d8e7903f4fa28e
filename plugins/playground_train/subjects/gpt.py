"""GPT-1 and GPT-2 as they are trained: windows of texts or packed examples, into a folder in their layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec
import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor

from playground.api import InvalidInput
from playground_gpt.architecture import parse
from playground_gpt.weights import Weights
from playground_train.data.batches import Batch
from playground_train.data.sequences import Sequences, held_out_batches, sequences_for
from playground_train.gpt_layout import exported, take_over
from playground_train.gpt_network import Cache, GptNetwork
from playground_train.gpt_tokens import NEWLINE, learned, tokenizer_files
from playground_train.subjects.pretrained import check_learns, opened, without_labels
from playground_train.subjects.subject import Carried, Measured

if TYPE_CHECKING:
    from playground_train.data.reading import Corpus
    from playground_train.gpt import FineTuner, GptTrainer, TransformerRecipe

SAMPLE_TEMPERATURE = 0.8


class GptSubject:
    """A GPT with the texts as its sequences."""

    carries: ClassVar[bool] = False
    asked: ClassVar[tuple[str, ...]] = ("next_logits",)
    guesses: ClassVar[Literal["token", "example"]] = "token"

    def __init__(
        self,
        recipe: TransformerRecipe,
        config: Mapping[str, Any],
        texts: Sequences,
        tokenizer: Mapping[str, bytes],
        device: torch.device,
    ) -> None:
        """`tokenizer`: its files."""
        self.recipe, self.config, self.device, self.texts = recipe, config, device, texts
        self.tokenizer = tokenizer
        self.architecture = parse(config, "the recipe")
        self.network = GptNetwork(self.architecture, recipe.dropout, recompute=recipe.recompute)
        self.batches, self.size, self.notes = texts.batches, texts.size, texts.notes
        self._forward = torch.compile(self.network) if recipe.compile else self.network

    def loss(self, batch: Batch, carried: Carried) -> tuple[Tensor, Carried]:
        inputs, targets = self._tensor(batch.inputs), self._tensor(batch.targets)
        segments = None if batch.segments is None else self._tensor(batch.segments)
        loss: Tensor = self._forward(inputs, targets, segments)
        return loss, ()

    def measured(self) -> Measured:
        self.network.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for batch in held_out_batches(self.texts, self.recipe.evaluate_tokens):
                total += float(self.loss(batch, ())[0])
                count += batch.counted
        return Measured(total / count)

    def sample(self, length: int, seed: int) -> str:
        self.network.eval()
        generator = torch.Generator().manual_seed(seed)
        ids = list(self.texts.opening)
        cache = Cache()
        with torch.no_grad():
            for _ in range(length):
                if cache.length == self.architecture.positions:
                    cache = Cache()  # the window moves, and with it the place of every token
                new = ids[cache.length :] if cache.length else ids[-self.architecture.positions :]
                read = torch.tensor([new], device=self.device)
                scores = self.network.next_logits(read, cache)[0].float().cpu() / SAMPLE_TEMPERATURE
                token = int(torch.multinomial(scores.softmax(-1), 1, generator=generator))
                if token == self.texts.end:
                    break
                ids.append(token)
        return self.texts.decode(ids[len(self.texts.opening) :])

    def decode(self, ids: list[int]) -> str:
        return self.texts.decode(ids)

    def files(self, dtype: str, card: Mapping[str, Any]) -> dict[str, bytes]:
        config = {**self.config, "dtype": dtype, "training": dict(card)}
        return model_files(config, exported(self.network, dtype), self.tokenizer)

    def reload(self, folder: Path) -> None:
        take_over(self.network, Weights(folder, self.architecture.shapes()).load())

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(self.device)


def from_nothing(recipe: GptTrainer, corpus: Corpus, device: torch.device) -> GptSubject:
    """A new GPT, its tokenizer learned from the texts."""
    context = recipe.context_length or recipe.sequence_length
    _check_shape(recipe, context)
    rules = learned(recipe.architecture, corpus.texts, recipe.vocabulary_size)
    end = rules.token_to_id("<|endoftext|>" if recipe.architecture == "gpt2" else NEWLINE)
    texts = sequences_for(recipe, corpus, _encoder(rules), rules.decode, end)
    config = _new_config(recipe, rules.get_vocab_size(), context, end)
    files = tokenizer_files(recipe.architecture, rules, context)
    return GptSubject(recipe, config, texts, files, device)


def _new_config(
    recipe: GptTrainer, vocabulary: int, context: int, end: int | None
) -> dict[str, Any]:
    """The `config.json` of a new model."""
    gpt2 = recipe.architecture == "gpt2"
    config: dict[str, Any] = {
        "model_type": "gpt2" if gpt2 else "openai-gpt",
        "architectures": ["GPT2LMHeadModel" if gpt2 else "OpenAIGPTLMHeadModel"],
        "vocab_size": vocabulary,
        "n_positions": context,
        "n_embd": recipe.width,
        "n_layer": recipe.layers,
        "n_head": recipe.heads,
        "resid_pdrop": recipe.dropout,
        "embd_pdrop": recipe.dropout,
        "attn_pdrop": recipe.dropout,
    }
    if gpt2:
        config |= {"activation_function": recipe.activation}
        config |= {"bos_token_id": end, "eos_token_id": end}
    return config


def _check_shape(recipe: GptTrainer, context: int) -> None:
    if recipe.width % recipe.heads:
        raise InvalidInput(
            f"a width of {recipe.width} cannot be divided among {recipe.heads} heads",
            "let width be a multiple of heads",
        )
    if context < recipe.sequence_length:
        raise InvalidInput(
            f"a model that sees {context} tokens cannot read sequences of {recipe.sequence_length}",
            "raise context_length or lower sequence_length",
        )


def _encoder(rules: Any) -> Any:
    def encode(texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in rules.encode_batch_fast(texts)]

    return encode


def from_folder(recipe: FineTuner, corpus: Corpus, device: torch.device) -> GptSubject:
    """The model in a folder. Raises ModelUnavailable where it is no GPT-1 or GPT-2."""
    model = opened(recipe)
    texts = sequences_for(recipe, corpus, model.encode, model.decode, model.end)
    made = GptSubject(recipe, without_labels(model.config), texts, model.files, device)
    model.fill(made.network)
    check_learns(made.network)
    return made


def model_files(
    config: Mapping[str, Any], arrays: dict[str, np.ndarray], tokenizer: Mapping[str, bytes]
) -> dict[str, bytes]:
    """A model folder: names and contents."""
    return {
        "config.json": msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n",
        "model.safetensors": save(arrays, metadata={"format": "pt"}),
        **tokenizer,
    }
