"""What options that name tokens mean: ids as they are, texts as the model's tokenizer reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from playground.api import InvalidInput, Step, Tokenizer

if TYPE_CHECKING:
    from playground.api import Candidates

Tokens = int | str | tuple[int | str, ...]
"""Single tokens: ids, and texts, which stand for all tokens that they consist of."""

Phrase = int | str | tuple[int, ...]
"""Tokens in a row: a text, or ids."""


def token_ids(tokens: Tokens, step: Step, stage: str) -> tuple[int, ...]:
    """The ids that `tokens` name. Raises InvalidInput for a text where there is no tokenizer."""
    if isinstance(tokens, int):
        return (tokens,)
    if isinstance(tokens, str):
        return encoded(tokens, step, stage)
    return tuple(token for each in tokens for token in token_ids(each, step, stage))


def sequence_ids(sequence: Phrase, step: Step, stage: str) -> tuple[int, ...]:
    """The ids of tokens in a row. Raises InvalidInput where there is none."""
    ids = sequence if isinstance(sequence, tuple) else token_ids(sequence, step, stage)
    if not ids:
        raise InvalidInput(f"{stage}: {sequence!r} has no tokens")
    return ids


def end_ids(tokens: Tokens | None, step: Step, stage: str) -> tuple[int, ...]:
    """The ids that `tokens` name, or those that end a text for this model."""
    if tokens is not None:
        return token_ids(tokens, step, stage)
    return tuple(sorted(_tokenizer(step, stage).eos_ids))


def encoded(text: str, step: Step, stage: str) -> tuple[int, ...]:
    """The ids of `text`."""
    return _encoded(_key(step, stage), text)


def ids_containing(text: str, step: Step, stage: str) -> frozenset[int]:
    """Every token that has `text` in it."""
    return _containing(_key(step, stage), text)


def check_known(ids: Iterable[int], candidates: Candidates, stage: str) -> None:
    """Raises InvalidInput for an id outside the vocabulary."""
    for token in ids:
        if not 0 <= token < candidates.vocabulary:
            raise InvalidInput(
                f"{stage}: {token} is no token of a vocabulary of {candidates.vocabulary}",
                '`playground tokens "text"` shows the ids of a text',
            )


def _tokenizer(step: Step, stage: str) -> Tokenizer:
    if step.tokenizer is None:
        raise InvalidInput(
            f"{stage}: there is no tokenizer here to read texts with", "give token ids"
        )
    return step.tokenizer


@dataclass(frozen=True)
class _Key:
    """A tokenizer as a key: those of one fingerprint encode alike."""

    fingerprint: str
    tokenizer: Tokenizer = field(compare=False)


def _key(step: Step, stage: str) -> _Key:
    tokenizer = _tokenizer(step, stage)
    return _Key(tokenizer.fingerprint, tokenizer)


# Every step asks for the same few texts again.
@lru_cache(maxsize=1024)
def _encoded(key: _Key, text: str) -> tuple[int, ...]:
    return tuple(key.tokenizer.encode(text))


@lru_cache(maxsize=64)
def _containing(key: _Key, text: str) -> frozenset[int]:
    piece, part = key.tokenizer.piece, text.encode()
    vocabulary = range(key.tokenizer.vocabulary_size)
    return frozenset(token for token in vocabulary if part in piece(token, None))
