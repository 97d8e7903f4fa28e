"""What the history answers, beside nodes and trees: plain values."""

from __future__ import annotations

import msgspec

from playground.api.request import GenerationRequest


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A session without its nodes."""

    id: str
    name: str | None
    created: float
    """Seconds since 1970, as everywhere."""
    cursor: str | None
    forked_from: str | None
    deleted: float | None
    nodes: int
    """How many are not deleted themselves."""
    used: float
    """When its newest node was made, or itself, if that was later."""
    beginning: str
    """The first characters of its first node."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to repeat a generation; its prompt is the text of the path to the nodes' parent."""

    id: str
    created: float
    model: str
    model_hash: str
    tokenizer_hash: str
    beside_hashes: dict[str, str] = {}
    """Of the models that the strategy called beside it, by option."""
    chain: str
    seed: int
    device: str
    dtype: str
    versions: dict[str, str]
    template: str
    variables: dict[str, str]
    prompt_tokens: int
    request: GenerationRequest
    """As it was asked, but for the prompt, which is empty here, and the seed, which may have been drawn."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A node whose text holds what was searched for."""

    session: str
    session_name: str | None
    node: str
    kind: str
    created: float
    excerpt: str
    """The text around the first place."""
