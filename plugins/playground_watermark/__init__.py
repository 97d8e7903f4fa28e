"""Watermarks: a signal in which tokens are chosen, that a detector with the key finds again."""

from playground.api import Processor, hookimpl


@hookimpl
def register_processors() -> list[type[Processor]]:
    from playground_watermark.watermark import Watermark

    return [Watermark]
