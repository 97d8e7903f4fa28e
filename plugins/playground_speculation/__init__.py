"""Strategies that guess ahead and have the model read the guess in one pass: the same text, sooner."""

from playground.api import Strategy, hookimpl


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_speculation.prompt_lookup import PromptLookup
    from playground_speculation.speculative import Speculative

    return [Speculative, PromptLookup]
