"""What a generation tells as it goes. These objects, as JSON lines, are the contract in docs/events.md."""

from __future__ import annotations

import msgspec

from playground.api.request import StopReason


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """A token that could have been said."""

    id: int
    text: str
    logprob: float


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """A sequence begins: everything it takes to repeat it."""

    sequence: int
    model: str
    chain: str
    seed: int
    prompt_tokens: int
    cached_tokens: int
    """How many of the prompt's tokens were known and not read again."""
    device: str
    dtype: str
    model_hash: str
    """SHA-256 of the model's configuration and weights; empty where it has no files that can be read."""
    tokenizer_hash: str
    """The tokenizer's fingerprint."""
    beside_hashes: dict[str, str] = {}
    """As `model_hash`, of the models that the strategy calls beside it, by the option that names each."""
    versions: dict[str, str]
    """Of the playground and of the libraries that compute."""
    notices: tuple[str, ...] = ()
    """What the user should know of how the request was taken, a line each."""


class Token(msgspec.Struct, frozen=True, kw_only=True, tag="token"):
    """A token is final.

    `text` is what it adds to the text: whole characters only, nothing of a stop string; the texts of a
    sequence concatenate to `Finished.text`. `bytes` are the token's own. Log-probabilities are natural,
    entropies in nats, rank 0 is the likeliest. `logprob`, `rank`, `entropy` and `alternatives` are of the
    distribution after the chain; those with `raw_` of the model's own.
    """

    sequence: int
    index: int
    id: int
    text: str
    bytes: tuple[int, ...]
    logprob: float
    rank: int
    entropy: float
    alternatives: tuple[Alternative, ...]
    raw_logprob: float
    raw_rank: int
    raw_entropy: float
    raw_alternatives: tuple[Alternative, ...]


class Drafted(msgspec.Struct, frozen=True, kw_only=True, tag="draft"):
    """What follows the committed text for now; each draft replaces the one before."""

    sequence: int
    ids: tuple[int, ...]
    text: str


class TreeToken(msgspec.Struct, frozen=True, gc=False):
    """A token of a tree: `parent` is the place of the one before it in the list, -1 the prompt's end."""

    parent: int
    id: int
    text: str
    logprob: float


class Found(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    """What a search found beside the texts it tells: a line for people, and its tree.

    `tree` lists every token after its parent; `logprob` is natural, after the chain. It comes before the
    sequence ends. A search that speaks for all sequences tells it of the first.
    """

    sequence: int
    notice: str
    tree: tuple[TreeToken, ...] = ()


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """A sequence has ended. `error`, `hint` and `exit_code` say why where `reason` is "error"."""

    sequence: int
    reason: StopReason
    text: str
    tokens: int
    seconds: float
    seed: int
    prompt_tokens: int
    stop: str | None = None
    """The stop string that ended it."""
    error: str | None = None
    hint: str | None = None
    exit_code: int = 0


Event = Started | Token | Drafted | Found | Finished
