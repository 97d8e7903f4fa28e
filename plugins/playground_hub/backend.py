"""Which folders transformers can read, to continue text or to fill gaps, and the way to card and model.

Stays light: what needs torch or transformers is imported by the method that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.api import LanguageModel, ModelCard, Tokenizer
from playground_hub.kinds import continues, fills


class HubBackend:
    """Causal models of `transformers`, each with the cache that it has, and masked ones such as BERT."""

    name = "hub"
    options: Mapping[str, tuple[str, ...]] = {}

    def recognises(self, config: Mapping[str, Any]) -> bool:
        """A decoder alone whose class continues text, or an encoder alone whose class fills masks."""
        if not isinstance(config.get("model_type"), str) or config.get("is_encoder_decoder"):
            return False
        return continues(config) or fills(config)

    def card(self, folder: Path) -> ModelCard:
        from playground_hub.card import card_of

        return card_of(folder, self.name)

    def tokenizer(self, folder: Path, **options: str) -> Tokenizer:
        from playground_hub.tokenizer import load_tokenizer

        return load_tokenizer(folder)

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> LanguageModel:
        from playground_hub.loading import load_model

        return load_model(folder, device, dtype)
