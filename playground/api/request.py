"""What a front end asks for: plain values that travel to a session process as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

StopReason = Literal["eos", "stop", "length", "time", "context", "done", "cancelled", "error"]
Fit = Literal["error", "tail", "head", "middle"]

MOST_PROMPT_CHARACTERS = 4 * 2**20
MOST_TOKENS = 1_000_000
"""What a session process takes of one request."""

DEFAULT_CHAIN = "temperature(0.8) | top_p(0.95) | sample"


class GenerationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Continue `prompt` in `n` sequences.

    `seed` None means: draw one and report it. `fit` says which part of a prompt that is longer than the
    context is kept ("tail": its end); "error" refuses it. `alternatives` counts the tokens reported
    beside each chosen one.
    """

    prompt: Annotated[str, Meta(max_length=MOST_PROMPT_CHARACTERS)]
    model: str
    chain: str = DEFAULT_CHAIN
    n: Annotated[int, Meta(ge=1, le=256)] = 1
    max_tokens: Annotated[int, Meta(ge=0, le=MOST_TOKENS)] = 100
    max_seconds: Annotated[float, Meta(gt=0)] | None = None
    stop: tuple[str, ...] = ()
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    alternatives: Annotated[int, Meta(ge=0, le=100)] = 5
    fit: Fit = "error"
    device: str = "auto"
    dtype: str = "auto"
