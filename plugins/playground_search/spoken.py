"""Texts that a strategy follows to their end itself: where they end, and what they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.api import Commit, DecodeContext, TextEnds

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


def left_after(context: DecodeContext, ids: Sequence[int], scores: ndarray) -> Candidates | None:
    """What the chain leaves after `ids`; None where it says that the text is complete."""
    try:
        return context.candidates(ids, scores)
    except TextEnds:
        return None


def piece_after(context: DecodeContext, ids: Sequence[int], token: int) -> bytes:
    """The bytes that `token` adds after `ids`; an end adds none."""
    tokenizer = context.model.tokenizer
    if token in tokenizer.eos_ids:
        return b""
    return tokenizer.piece(token, ids[-1] if ids else None)


def has_ended(context: DecodeContext, ids: Sequence[int], text: bytes) -> bool:
    """Whether nobody listens to a text beyond `ids`: an end, the limit or a stop string."""
    return (
        ids[-1] in context.model.tokenizer.eos_ids
        or len(ids) - len(context.ids) >= context.limit
        or any(stop.encode() in text for stop in context.stop)
    )


def readable(context: DecodeContext, text: bytes) -> str:
    """What is read of a text: whole characters, up to a stop string."""
    whole = text.decode("utf-8", "replace")
    places = [whole.find(stop) for stop in context.stop]
    return whole[: min((place for place in places if place >= 0), default=None)]


def logprob_of(step: Commit) -> float:
    """The model's own log-probability of what was committed."""
    from playground.api import Candidates

    raw = step.chosen if step.chosen.scores is step.logits else Candidates(step.logits)
    return raw.logprob_of(step.token)
