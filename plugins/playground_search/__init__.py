"""Strategies that look for the likeliest text rather than draw one."""

from playground.api import Strategy, hookimpl


@hookimpl
def register_strategies() -> list[type[Strategy]]:
    from playground_search.beam import Beam

    return [Beam]
