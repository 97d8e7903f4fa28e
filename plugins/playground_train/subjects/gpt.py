"""GPT-1 and GPT-2 as they are trained: windows of texts or packed examples, into a folder in their layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor

from playground.api import InvalidInput, ModelUnavailable
from playground_gpt.architecture import Architecture, parse
from playground_gpt.tokenizer import load_tokenizer
from playground_gpt.weights import Weights, read_config
from playground_train.data.batches import Batch
from playground_train.data.sequences import Sequences, held_out_batches, sequences_for
from playground_train.gpt_network import GptNetwork
from playground_train.gpt_tokens import NEWLINE, learned, tokenizer_files
from playground_train.low_rank import adapt, merged_parameters, reset
from playground_train.subjects.subject import Carried

if TYPE_CHECKING:
    from playground_train.data.reading import Corpus
    from playground_train.gpt import FineTuner, GptTrainer, TransformerRecipe

TRANSPOSED = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
"""Stored (in, out), while torch multiplies by (out, in)."""
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "merges.txt",
)
SAMPLE_TEMPERATURE = 0.8


class GptSubject:
    """A GPT with the texts as its sequences."""

    carries: ClassVar[bool] = False

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
        self.network.to(device)
        self.batches, self.size, self.notes = texts.batches, texts.size, texts.notes
        self._forward = torch.compile(self.network) if recipe.compile else self.network

    def loss(self, batch: Batch, carried: Carried) -> tuple[Tensor, Carried]:
        inputs, targets = self._tensor(batch.inputs), self._tensor(batch.targets)
        segments = None if batch.segments is None else self._tensor(batch.segments)
        loss: Tensor = self._forward(inputs, targets, segments)
        return loss, ()

    def held_out_loss(self) -> float:
        self.network.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for batch in held_out_batches(self.texts, self.recipe.evaluate_tokens):
                total += float(self.loss(batch, ())[0])
                count += batch.counted
        return total / count

    def sample(self, length: int, seed: int) -> str:
        self.network.eval()
        generator = torch.Generator().manual_seed(seed)
        ids = list(self.texts.opening)
        with torch.no_grad():
            for _ in range(length):
                seen = torch.tensor([ids[-self.architecture.positions :]], device=self.device)
                scores = self.network.next_logits(seen)[0].float().cpu() / SAMPLE_TEMPERATURE
                token = int(torch.multinomial(scores.softmax(-1), 1, generator=generator))
                if token == self.texts.end:
                    break
                ids.append(token)
        return self.texts.decode(ids[len(self.texts.opening) :])

    def decode(self, ids: list[int]) -> str:
        return self.texts.decode(ids)

    def files(self, dtype: str, card: Mapping[str, Any]) -> dict[str, bytes]:
        config = {**self.config, "dtype": dtype, "training": dict(card)}
        arrays = {
            f"{'' if name.startswith('lm_head') else 'transformer.'}{name}": array
            for name, array in exported(self.network, dtype).items()
        }
        return {
            "config.json": msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n",
            "model.safetensors": save(arrays, metadata={"format": "pt"}),
            **self.tokenizer,
        }

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


def from_folder(recipe: FineTuner, corpus: Corpus, device: torch.device) -> GptSubject:
    """The model in a folder. Raises ModelUnavailable where it is no GPT-1 or GPT-2."""
    folder = Path(recipe.model)
    config = read_config(folder)
    if config.get("model_type") not in ("gpt2", "openai-gpt"):
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
    texts = sequences_for(recipe, corpus, _each(tokenizer.encode), _decoder(tokenizer), end)
    files = {
        name: (folder / name).read_bytes() for name in TOKENIZER_FILES if (folder / name).is_file()
    }
    made = GptSubject(recipe, config, texts, files, device)
    take_over(made.network, Weights(folder, architecture.shapes()).load())
    if recipe.lora_rank:
        adapt(made.network, recipe.lora_rank, recipe.lora_alpha)
    _freeze(made.network, recipe.freeze_layers)
    return made


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


def _freeze(network: GptNetwork, layers: int) -> None:
    frozen = [network.tokens, network.positions, *network.h[:layers]] if layers else []
    for module in frozen:
        module.requires_grad_(False)
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise InvalidInput(
            f"with {layers} layers frozen nothing is left to learn", "lower freeze_layers"
        )


def _newline_of(tokenizer: Any) -> int | None:
    """GPT-1 has no token that ends a text; its newline, which no text of words holds, stands for it."""
    labels = (tokenizer.label(token) for token in range(tokenizer.vocabulary_size))
    return next((token for token, label in enumerate(labels) if label == NEWLINE), None)


def exported(network: GptNetwork, dtype: str) -> dict[str, np.ndarray]:
    """The weights by their names in the Hugging Face layout, without a prefix."""
    names = stored_names(network)
    return {
        names[name]: np.ascontiguousarray(
            (tensor.T if name.endswith(TRANSPOSED) else tensor).detach().cpu().numpy(), dtype=dtype
        )
        for name, tensor in merged_parameters(network).items()
    }


def take_over(network: GptNetwork, arrays: Mapping[str, np.ndarray]) -> None:
    """Set the weights from the Hugging Face layout."""
    names = stored_names(network)
    with torch.no_grad():
        reset(network)
        parameters = dict(network.named_parameters())
        for name, stored in names.items():
            tensor = torch.from_numpy(np.array(arrays[stored]))
            parameters[name].copy_(tensor.T if name.endswith(TRANSPOSED) else tensor)


def stored_names(network: GptNetwork) -> dict[str, str]:
    """Our names of parameters to those of the layout, which differ for the embeddings."""
    architecture = network.architecture
    special = {
        "tokens.weight": architecture.token_embedding,
        "positions.weight": architecture.position_embedding,
    }
    return {name: special.get(name, name) for name in merged_parameters(network)}


def _encoder(rules: Any) -> Any:
    def encode(texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in rules.encode_batch_fast(texts)]

    return encode


def _each(encode: Any) -> Any:
    return lambda texts: [encode(text) for text in texts]


def _decoder(tokenizer: Any) -> Any:
    def decode(ids: list[int]) -> str:
        pieces = [
            tokenizer.piece(token, previous)
            for token, previous in zip(ids, [None, *ids], strict=False)
        ]
        return b"".join(pieces).decode("utf-8", "replace")

    return decode
