"""What a constraint does to candidates at a place of the text, however it knows what may stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.api import InvalidInput, Step, TextEnds, Tokenizer

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


def tokenizer_of(step: Step, stage: str) -> Tokenizer:
    """Raises InvalidInput where ids are all that is known."""
    if step.tokenizer is None:
        raise InvalidInput(f"{stage}: there is no tokenizer here to read its text with")
    return step.tokenizer


def said(step: Step) -> tuple[int, ...]:
    """The ids after the prompt: what is constrained."""
    return tuple(step.ids[step.prompt_length :])


def narrowed(
    candidates: Candidates, allowed: ndarray, ends: frozenset[int], complete: bool, stage: str
) -> Candidates:
    """The candidates among `allowed` (vocabulary,) bool, and what ends a text where it is `complete`.

    Raises TextEnds where a complete text cannot go on, and InvalidInput where another has no token left.
    """
    import numpy as np

    standing = np.array(allowed if candidates.whole else allowed[candidates.ids])
    standing[candidates.find(list(ends))] = complete
    if standing.any():
        return candidates.keep(standing)
    if complete:
        raise TextEnds
    raise InvalidInput(
        f"{stage}: none of the tokens that it allows is among the {len(candidates)} candidates left",
        "put it before the stages that keep few tokens",
    )


def does_not_fit(text: str, stage: str) -> InvalidInput:
    """The error for a text that the constraint would never have let pass."""
    return InvalidInput(
        f"{stage}: the text so far does not fit: “{text[-60:]}”",
        "it constrains what a strategy draws from the chain's candidates, from the first new token on",
    )


def text_of(ids: tuple[int, ...], tokenizer: Tokenizer) -> str:
    """The text of `ids` as one that begins with them; halves of characters replaced."""
    pairs = zip((None, *ids), ids, strict=False)
    return b"".join(tokenizer.piece(token, previous) for previous, token in pairs).decode(
        errors="replace"
    )
