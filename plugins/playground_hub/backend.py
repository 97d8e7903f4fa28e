"""Which folders transformers can continue text with, and the way to their card, tokenizer and model.

Stays light: what needs torch or transformers is imported by the method that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.api import LanguageModel, ModelCard, Tokenizer

CAUSAL = ("ForCausalLM", "LMHeadModel")


class HubBackend:
    """Causal models of `transformers`, one row at a time, with the cache that each of them has."""

    name = "hub"
    options: Mapping[str, tuple[str, ...]] = {}

    def recognises(self, config: Mapping[str, Any]) -> bool:
        """A decoder alone whose class continues text."""
        if not isinstance(config.get("model_type"), str) or config.get("is_encoder_decoder"):
            return False
        classes = config.get("architectures")
        return isinstance(classes, list) and any(str(name).endswith(CAUSAL) for name in classes)

    def card(self, folder: Path) -> ModelCard:
        from playground_hub.card import card_of

        return card_of(folder, self.name)

    def tokenizer(self, folder: Path, **options: str) -> Tokenizer:
        from playground_hub.tokenizer import load_tokenizer

        return load_tokenizer(folder)

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> LanguageModel:
        from playground_hub.loading import load_model

        return load_model(folder, device, dtype)
