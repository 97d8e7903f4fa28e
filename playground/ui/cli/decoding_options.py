"""The options that say how to decode, alike for every command that generates: declared here, once.

A value that was not given is None (or nothing), so that a template or the configuration can decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from playground.ui.cli import complete

F = TypeVar("F", bound=Callable[..., Any])
FIT_CHOICES = ("tail", "head", "middle")
LARGEST_SEED = 2**63 - 1
STAGE_FLAGS = ("temperature", "top_k", "top_p")
"""Options that set a stage of the chain; see session/chain_flags.py."""


def decoding_options(command: F) -> F:
    """`strategy`, those of STAGE_FLAGS, `n`, `max_tokens`, `max_seconds`, `seed`, `stop`, `fit`, `probs`."""
    return decoding_options_but()(command)


def decoding_options_but(*left_out: str) -> Callable[[F], F]:
    """The same for a command that has no use for some of them, or asks for them otherwise."""

    def decorated(command: F) -> F:
        for name, option in reversed(_OPTIONS.items()):
            command = command if name in left_out else option(command)
        return command

    return decorated


def stage_flags(options: Mapping[str, Any]) -> dict[str, Any]:
    """The values of STAGE_FLAGS that were given."""
    given = {name: options.get(name) for name in STAGE_FLAGS}
    return {name: value for name, value in given.items() if value is not None}


def _finite(
    context: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"it must be a finite number, not {value}", param=parameter)
    return value


def _stops(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    if "" in values:
        raise click.BadParameter("an empty text would stop before the first token", param=parameter)
    return values


_OPTIONS = {
    "strategy": click.option(
        "-s",
        "--strategy",
        metavar="CHAIN",
        shell_complete=complete.stages,
        help='A strategy, or a whole chain: "top_k(40) | sample" (playground strategies list).',
    ),
    "temperature": click.option(
        "--temperature", type=float, help="Set this stage of the chain; 0 is greedy."
    ),
    "top_k": click.option("--top-k", type=int, metavar="K", help="Set this stage of the chain."),
    "top_p": click.option("--top-p", type=float, metavar="P", help="Set this stage of the chain."),
    "n": click.option("-n", "n", type=click.IntRange(1, 256), help="Sequences, in one batch."),
    "max_tokens": click.option(
        "--max-tokens", type=click.IntRange(min=0), help="Most tokens to add."
    ),
    "max_seconds": click.option(
        "--max-seconds",
        type=click.FloatRange(min=0, min_open=True),
        callback=_finite,
        help="Stop after so many seconds.",
    ),
    "seed": click.option(
        "--seed",
        type=click.IntRange(0, LARGEST_SEED),
        metavar="N",
        help="The same seed, the same text; drawn and told where not given.",
    ),
    "stop": click.option(
        "--stop",
        multiple=True,
        metavar="TEXT",
        callback=_stops,
        help="End before this text; repeat for more. A newline is $'\\n' in most shells.",
    ),
    "fit": click.option(
        "--fit",
        type=click.Choice(FIT_CHOICES),
        help="What to keep of a prompt that is longer than the context: its end, its beginning, both.",
    ),
    "probs": click.option(
        "--probs", is_flag=True, help="Show how likely the model found each token."
    ),
}
