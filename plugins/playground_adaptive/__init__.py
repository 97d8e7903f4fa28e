"""Strategies that watch what was said and adapt how the next token is drawn."""

from playground.api import Strategy, hookimpl


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_adaptive.adaptive_p import AdaptiveP
    from playground_adaptive.entropy_adaptive import EntropyAdaptive
    from playground_adaptive.mirostat import Mirostat
    from playground_adaptive.mirostat_v1 import MirostatV1

    return [MirostatV1, Mirostat, AdaptiveP, EntropyAdaptive]
