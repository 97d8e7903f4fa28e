"""Strategies that take back what was said, or what was typed, and say it otherwise."""

from playground.api import Strategy, hookimpl


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_revision.ban_phrases import BanPhrases
    from playground_revision.token_healing import TokenHealing

    return [BanPhrases, TokenHealing]
