"""The door to this package: recognises a GPT's folder, draws its card, loads its tokenizer and the model.

Imports nothing heavy until a model is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from playground.api import InvalidInput, LanguageModel, ModelCard, ModelUnavailable, Tokenizer
from playground.api.training import training_notes
from playground_gpt.decoder import DECODERS

if TYPE_CHECKING:
    from playground_gpt.architecture import Architecture
    from playground_gpt.label_head import Labelling
    from playground_gpt.weights import Weights


class GptBackend:
    """Loads GPT-1 and GPT-2 of any size.

    `dialect` is of GPT-1 alone; see `playground_gpt.tokenizer`. `decoder` is what computes; see
    `playground_gpt.decoder`.
    """

    name = "gpt"
    options: Mapping[str, tuple[str, ...]] = MappingProxyType(
        {"dialect": ("hf", "openai"), "decoder": DECODERS}
    )

    def recognises(self, config: Mapping[str, Any]) -> bool:
        return config.get("model_type") in ("gpt2", "openai-gpt")

    def card(self, folder: Path) -> ModelCard:
        from playground_gpt.weights import read_config

        architecture, weights, told = _open(folder)
        modules = architecture.modules()
        if told is not None:
            modules["label head"] = len(told.labels) * architecture.width
        return ModelCard(
            architecture=architecture.name,
            backend=self.name,
            parameters=sum(modules.values()),
            context_length=architecture.positions,
            vocabulary=architecture.vocabulary,
            layers=architecture.layers,
            width=architecture.width,
            heads=architecture.heads,
            modules=modules,
            notes=_notes(weights.unused, told)
            | training_notes(read_config(folder).get("training", {})),
        )

    def tokenizer(self, folder: Path, **options: str) -> Tokenizer:
        from playground_gpt.architecture import parse
        from playground_gpt.tokenizer import load_tokenizer
        from playground_gpt.weights import read_config

        self._check(options)
        architecture = parse(read_config(folder), str(folder / "config.json"))
        return load_tokenizer(folder, architecture, self._dialect(architecture, options))

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> LanguageModel:
        from playground_gpt.decoder import native_library
        from playground_gpt.label_head import head_of
        from playground_gpt.tokenizer import load_tokenizer

        self._check(options)
        library = native_library(options.get("decoder", "auto"), device, dtype)
        if library is None:
            return self._load_on_torch(folder, device, dtype, options)
        from playground_gpt.native.build import build

        architecture, weights, told = _open(folder)
        tokenizer = load_tokenizer(folder, architecture, self._dialect(architecture, options))
        kind = "float32" if dtype == "auto" else dtype
        arrays = weights.load()
        model = build(library, architecture, arrays, tokenizer, kind)
        model.label_head = head_of(told, architecture, arrays)
        return model

    def _load_on_torch(
        self, folder: Path, device: str, dtype: str, options: Mapping[str, str]
    ) -> LanguageModel:
        from playground_gpt.label_head import head_of
        from playground_gpt.on_torch.build import build
        from playground_gpt.on_torch.device import resolve_device, resolve_dtype
        from playground_gpt.tokenizer import load_tokenizer

        chosen = resolve_device(device)
        kind = resolve_dtype(dtype, chosen)
        architecture, weights, told = _open(folder)
        tokenizer = load_tokenizer(folder, architecture, self._dialect(architecture, options))
        arrays = weights.load()
        model = build(architecture, arrays, tokenizer, chosen, kind)
        model.label_head = head_of(told, architecture, arrays)
        return model

    def _check(self, options: Mapping[str, str]) -> None:
        for name, value in options.items():
            choices = self.options.get(name)
            if choices is None:
                raise InvalidInput(
                    f"a GPT has no option {name!r}", f"it takes: {', '.join(self.options)}"
                )
            if value not in choices:
                raise InvalidInput(f"{name} must be {' or '.join(choices)}, not {value!r}")

    def _dialect(self, architecture: Architecture, options: Mapping[str, str]) -> str:
        dialect = options.get("dialect", "hf")
        if dialect != "hf" and architecture.pre_norm:
            raise InvalidInput(
                "only GPT-1 has token dialects: GPT-2 keeps every byte of a text",
                "leave `dialect` out",
            )
        return dialect


def _notes(unused: list[str], told: Labelling | None) -> dict[str, str]:
    from playground_gpt.native.library import library

    native = library()
    decoder = f"in C for {native.variant}" if native else "in torch"
    tensors = {"unused tensors": ", ".join(unused)} if unused else {}
    labels = {"labels": ", ".join(told.labels)} if told else {}
    return {"decoder on the CPU": decoder, **labels, **tensors}


def _open(folder: Path) -> tuple[Architecture, Weights, Labelling | None]:
    """What a folder holds: the shape of a GPT, its tensors, and how it labels texts, if it does."""
    from playground_gpt.architecture import parse
    from playground_gpt.label_head import WEIGHT, labelling
    from playground_gpt.weights import Weights, read_config

    if not folder.is_dir():
        raise ModelUnavailable(
            f"there is no folder {folder}", "see `playground models list` for what there is"
        )
    config, where = read_config(folder), str(folder / "config.json")
    architecture, told = parse(config, where), labelling(config, where)
    head = {WEIGHT: (len(told.labels), architecture.width)} if told else {}
    return architecture, Weights(folder, architecture.shapes() | head), told
