"""The door to this package: recognises a char-RNN's folder, draws its card, loads tokenizer and model.

Imports nothing heavy until a model is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

from playground.api import InvalidInput, LanguageModel, ModelCard
from playground.api.training import training_notes
from playground_charrnn.config import MODEL_TYPE, Config, load_config
from playground_charrnn.tokenizer import CharTokenizer
from playground_charrnn.vocabulary import Vocabulary


class CharRnnBackend:
    """Loads what `playground train char-rnn` writes. `unknown` says what an unknown character is:
    an error, or dropped."""

    name = "char-rnn"
    options: Mapping[str, tuple[str, ...]] = MappingProxyType({"unknown": ("error", "drop")})

    def recognises(self, config: Mapping[str, Any]) -> bool:
        return config.get("model_type") == MODEL_TYPE

    def card(self, folder: Path) -> ModelCard:
        from playground_charrnn.checkpoint import stored_dtype

        config = load_config(folder)
        stored = stored_dtype(folder, config)
        modules = _modules(config)
        return ModelCard(
            architecture=f"char-RNN ({config.cell.upper()})",
            backend=self.name,
            parameters=sum(modules.values()),
            context_length=None,
            vocabulary=len(config.vocabulary),
            layers=config.layers,
            width=config.hidden_size,
            modules=modules,
            notes=training_notes(config.training) | {"stored as": stored},
        )

    def tokenizer(self, folder: Path, **options: str) -> CharTokenizer:
        return self._tokenizer(load_config(folder), options)

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> LanguageModel:
        from playground_charrnn.checkpoint import load_weights
        from playground_charrnn.model import CharRnn
        from playground_charrnn.network import Network

        _check_place(device, dtype)
        config = load_config(folder)
        tokenizer = self._tokenizer(config, options)
        return CharRnn(Network(config, load_weights(folder, config)), tokenizer)

    def _tokenizer(self, config: Config, options: Mapping[str, str]) -> CharTokenizer:
        for name, value in options.items():
            if name not in self.options:
                raise InvalidInput(f"a char-RNN has no option {name!r}", "it takes: unknown")
            if value not in self.options[name]:
                raise InvalidInput(
                    f"{name} must be {' or '.join(self.options[name])}, not {value!r}"
                )
        drop = options.get("unknown") == "drop"
        return CharTokenizer(Vocabulary(config.vocabulary), drop_unknown=drop)


def _check_place(device: str, dtype: str) -> None:
    if device not in ("auto", "cpu"):
        raise InvalidInput(
            f"a char-RNN is computed on the CPU, not on {device!r}", "use --device cpu"
        )
    if dtype not in ("auto", "float32"):
        raise InvalidInput(
            f"a char-RNN is computed in float32, not in {dtype!r}", "use --dtype float32"
        )


def _modules(config: Config) -> dict[str, int]:
    """Parameters by module: the embedding, each recurrent layer, the head."""
    modules: dict[str, int] = {}
    for name, shape in config.shapes().items():
        module, _, parameter = name.partition(".")
        if module == "rnn":
            module = f"layer {parameter.rpartition('_l')[2]}"
        modules[module] = modules.get(module, 0) + prod(shape)
    return modules
