"""A model's card from its `config.json` and the headers of its weights, whatever family it is of.

Families name the same thing differently; the names in use are listed once here. Loads nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.api import ModelCard, ModelUnavailable
from playground_hub.files import Header, read_config, read_headers
from playground_hub.kinds import fills

LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
WIDTH = ("hidden_size", "n_embd", "d_model", "dim")
HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads")
CONTEXT = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length")
BEHIND_PADDING = frozenset({
    "roberta", "roberta-prelayernorm", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "xmod",
    "data2vec-text", "ibert", "luke", "longformer",
})  # fmt: skip
"""Families that count positions from behind the token that pads, so that the first of them are never used."""
TIED = (
    "lm_head.weight", "lm_head.decoder.weight", "lm_head.decoder.bias",
    "cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "vocab_projector.weight",
)  # fmt: skip
"""Parameters of an output head that are others once more, where a model ties them."""
# A few layers may be used several times, and packed weights hold several parameters in a number.
MOST_TIMES = 10
MISMATCH = "config.json and the weights do not belong together, or a file is not complete"


def card_of(folder: Path, backend: str) -> ModelCard:
    """Raises ModelUnavailable for files that are missing or not what they claim."""
    config = text_config(read_config(folder))
    headers = _distinct(read_headers(folder), config)
    return ModelCard(
        architecture=_architecture(config),
        backend=backend,
        parameters=sum(header.count for header in headers.values()),
        context_length=context_length(config),
        vocabulary=vocabulary(config, folder),
        layers=_required(config, LAYERS, folder),
        width=_required(config, WIDTH, folder),
        heads=_first(config, HEADS),
        modules=_by_module(headers),
        notes=_notes(config, headers),
    )


def text_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """The part that describes the decoder of text, where a model has others too."""
    inner = config.get("text_config")
    return {**config, **inner} if isinstance(inner, dict) else dict(config)


def context_length(config: Mapping[str, Any]) -> int | None:
    """Most tokens that positions exist for; None for a model that counts none."""
    positions = _first(config, CONTEXT)
    if positions is None or config.get("model_type") not in BEHIND_PADDING:
        return positions
    return positions - int(config.get("pad_token_id", 1)) - 1


def vocabulary(config: Mapping[str, Any], folder: Path) -> int:
    """Tokens that the model scores."""
    return _required(config, ("vocab_size",), folder)


def check_layers(folder: Path, config: Mapping[str, Any], headers: Mapping[str, Header]) -> None:
    """Raises ModelUnavailable where the weights hold nothing like the layers that are asked for.

    A few too many are left to the loader, which names what is missing: some models use a layer twice.
    """
    wanted = _required(text_config(config), LAYERS, folder)
    numbers = (part for name in headers for part in name.split(".") if part.isdigit())
    found = max(map(int, numbers), default=-1) + 1
    if wanted > MOST_TIMES * found:
        raise ModelUnavailable(
            f"{folder}: config.json says {wanted:,} layers, the weights hold {found:,}",
            MISMATCH,
        )


def _first(config: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    found = (config[key] for key in keys if isinstance(config.get(key), int))
    return next((value for value in found if value > 0), None)


def _required(config: Mapping[str, Any], keys: tuple[str, ...], folder: Path) -> int:
    value = _first(config, keys)
    if value is None:
        raise ModelUnavailable(f"{folder / 'config.json'} does not say {' or '.join(keys)}")
    return value


def _architecture(config: Mapping[str, Any]) -> str:
    classes = config.get("architectures") or [config.get("model_type")]
    return str(classes[0])


def _distinct(headers: Mapping[str, Header], config: Mapping[str, Any]) -> dict[str, Header]:
    """Without an output head that is the embedding once more; a masked model need not say that it is."""
    tied = config.get("tie_word_embeddings", fills(config))
    return {name: header for name, header in headers.items() if not (tied and name in TIED)}


def _by_module(headers: Mapping[str, Header]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for name, header in headers.items():
        counts[_module(name)] += header.count
    return dict(counts)


def _module(name: str) -> str:
    """`model.layers.3.self_attn.q_proj.weight` is part of `layers.self_attn`."""
    parts = name.split(".")[:-1]
    places = [place for place, part in enumerate(parts) if part.isdigit()]
    if not places:
        return parts[-1] if parts else name
    layer = places[0]
    return ".".join(parts[max(layer - 1, 0) : layer] + parts[layer + 1 : layer + 2])


def _notes(config: Mapping[str, Any], headers: Mapping[str, Header]) -> dict[str, str]:
    kinds = Counter(header.dtype for header in headers.values())
    notes = {"model_type": str(config.get("model_type")), "stored as": ", ".join(kinds)}
    if fills(config):
        notes["masked"] = "fills gaps (playground fill), and continues no text"
    if window := config.get("sliding_window"):
        notes["sliding window"] = f"{window:,} tokens"
    return notes
