"""The nodes of a tree of texts: values that are never changed, and know nothing of the tree they are in."""

from __future__ import annotations

import time
from typing import Literal

import msgspec

from playground.session.ids import new_id

Kind = Literal["text", "generated", "chosen"]
"""Typed by a person; said by a model; the beginning of what a model said, then a token that a person took."""


class NodeToken(msgspec.Struct, frozen=True):
    """A token of a generated node; log-probabilities after the chain and by the model alone, in nats."""

    id: int
    text: str
    """What it adds to the text; empty where the next token completes its character."""
    logprob: float
    raw_logprob: float


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One addition to a document. `text` is what it adds to its parent's; `parent` None is the empty text."""

    id: str
    parent: str | None
    kind: Kind
    text: str
    created: float
    """Seconds since 1970."""
    tokens: tuple[NodeToken, ...] = ()
    run: str | None = None
    """Which run generated it; where that is None, no run did."""
    sequence: int = 0
    """Which sequence of the run it is."""
    ended: str | None = None
    """Why generating ended: a reason to stop, "interrupted", or "running" while it goes on."""
    stop: str | None = None
    """The stop string that ended it."""
    error: str | None = None
    """What failed, where that ended it."""
    seconds: float | None = None
    """From the start of the request to the end of the sequence."""
    name: str | None = None
    pinned: bool = False


def text_node(parent: str | None, text: str) -> Node:
    """A node for what a person typed."""
    return Node(id=new_id(), parent=parent, kind="text", text=text, created=time.time())
