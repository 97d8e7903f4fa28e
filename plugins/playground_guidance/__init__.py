"""Strategies that contrast two distributions for every token: of two prompts, two models, two layers."""

from playground.api import Strategy, hookimpl


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_guidance.cfg import Cfg
    from playground_guidance.context_aware import ContextAware
    from playground_guidance.contrastive_decoding import ContrastiveDecoding
    from playground_guidance.dola import Dola

    return [Cfg, ContextAware, ContrastiveDecoding, Dola]
