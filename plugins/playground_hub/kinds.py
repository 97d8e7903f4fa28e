"""What a model of transformers does, by the class in its `config.json`: continue a text, or fill gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CAUSAL = ("ForCausalLM", "LMHeadModel")
MASKED = ("ForMaskedLM",)


def continues(config: Mapping[str, Any]) -> bool:
    """Whether it is a causal language model."""
    return _named(config, CAUSAL)


def fills(config: Mapping[str, Any]) -> bool:
    """Whether it is a masked language model, and no causal one."""
    return _named(config, MASKED) and not continues(config)


def _named(config: Mapping[str, Any], endings: tuple[str, ...]) -> bool:
    classes = config.get("architectures")
    return isinstance(classes, list) and any(str(name).endswith(endings) for name in classes)
