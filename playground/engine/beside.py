"""The models that a chain's strategy names beside the one that decodes: loaded alike, of one vocabulary."""

from __future__ import annotations

from collections.abc import Callable

from playground.api.errors import InvalidInput
from playground.api.model import LanguageModel
from playground.api.options import models_of
from playground.engine.chain import Chain


def models_beside(
    chain: Chain, model: LanguageModel, load: Callable[[str], LanguageModel]
) -> dict[str, LanguageModel]:
    """The models that options of the strategy call, by option.

    Raises InvalidInput where one has another vocabulary than `model`, and ModelUnavailable as `load` does.
    """
    beside = {}
    for option, name in models_of(chain.strategy).items():
        beside[option] = load(name)
        if beside[option].tokenizer.fingerprint != model.tokenizer.fingerprint:
            raise InvalidInput(
                f"{chain.strategy_name}: {option} {name} has another vocabulary than the model "
                "that decodes, so neither understands the other's tokens",
                "name a model of the same family, with the same tokenizer",
            )
    return beside
