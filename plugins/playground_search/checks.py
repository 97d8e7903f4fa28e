"""What contradicts a search, said before anything is read."""

from __future__ import annotations

from collections.abc import Sequence

from playground.api import InvalidInput, Processor
from playground.api.options import name_of


def check_width(name: str, width: int, count: int) -> None:
    """Raises InvalidInput where more texts are wanted than are followed."""
    if count > width:
        raise InvalidInput(
            f"{name} with a width of {width} cannot end with {count} texts, one for each sequence",
            f"{name}(width={count}), or fewer sequences (-n {width})",
        )


def refuse_draws(name: str, processors: Sequence[Processor], instead: str) -> None:
    """Raises InvalidInput for a processor that draws, where texts are compared by probability."""
    for stage in processors:
        if stage.seeded:
            drawing = name_of(type(stage))
            raise InvalidInput(
                f"{name} looks for likely texts, but {drawing} changes by chance what is likely",
                f"take {drawing} out of the chain, or draw: {instead}",
            )
