"""How well a model predicts a text: loss, perplexity and the log-probability of every token.

Pure functions over a model and token ids; templates, strategies and users are unknown here. No
beginning-of-text token is put before a text, as in the usual definition of perplexity: its first
token is not predicted, unless the tokenizer has `start_ids`, which then stand before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from playground.api import InvalidInput, LanguageModel, Read, Score, State, Tokenizer
from playground.engine.detokenize import pieces_text

if TYPE_CHECKING:
    from numpy import ndarray

CHUNK = 128
"""Rows of logits held at a time: a context of 1,024 rows of GPT-2's vocabulary would be 206 MB."""


def score(model: LanguageModel, ids: Sequence[int]) -> Score:
    """Score the text `ids` (without `start_ids`).

    A text longer than the context is read in windows that overlap by half of it, so that every
    token but the first window's is predicted from at least half a context.

    Raises InvalidInput when there is nothing to predict.
    """
    start = tuple(model.tokenizer.start_ids)
    text = (*start, *ids)
    if len(text) < 2 or not ids:
        raise InvalidInput(
            f"a text of {len(ids)} tokens leaves nothing to predict",
            "the first token has nothing before it: give at least two tokens",
        )
    first = max(1, len(start))
    # A window's last token is predicted, not read: it may be one longer than the context.
    window = len(text) if model.context_length is None else model.context_length + 1
    overlap = max(1, window // 2) if len(text) > window else 0
    logprobs: list[float] = []
    windows = 0
    for begin, predicted, end in _windows(len(text), first, window, overlap):
        rows = logprobs_of(model, model.start(), text[begin:end])
        logprobs += rows[predicted - begin - 1 :]
        windows += 1
    return Score(
        logprobs=tuple(logprobs),
        characters=_characters(model.tokenizer, text, first),
        windows=windows,
        overlap=overlap,
        pieces=tuple(pieces_text(model.tokenizer, text)[first:]),
    )


def _windows(total: int, first: int, window: int, overlap: int) -> Iterator[tuple[int, int, int]]:
    """(begin, first token predicted, end) of each window."""
    begin, predicted = 0, first
    while predicted < total:
        end = min(begin + window, total)
        yield begin, predicted, end
        begin, predicted = end - overlap, end


def logprobs_of(model: LanguageModel, state: State, tokens: Sequence[int]) -> list[float]:
    """Log-probabilities of all but the first of `tokens`, which follow `state`."""
    found: list[float] = []
    for begin in range(0, len(tokens) - 1, CHUNK):
        end = min(begin + CHUNK, len(tokens) - 1)
        (reading,) = model.read([Read(state, tuple(tokens[begin:end]))])
        found += chosen_logprobs(reading.logits, tokens[begin + 1 : end + 1]).tolist()
        state = reading.state
    return found


def chosen_logprobs(logits: ndarray, tokens: Sequence[int]) -> ndarray:
    """(n,) float64: the log-probability of tokens[i] by row i of `logits` (n, vocabulary)."""
    highest = logits.max(axis=1)
    sums = np.exp(logits - highest[:, None]).sum(axis=1, dtype=np.float64)
    chosen = logits[np.arange(len(tokens)), np.asarray(tokens)].astype(np.float64)
    return np.asarray(chosen - highest - np.log(sums))


def _characters(tokenizer: Tokenizer, ids: Sequence[int], first: int) -> int:
    """UTF-8 characters that begin in the pieces of ids[first:]."""
    pieces = (tokenizer.piece(ids[at], ids[at - 1]) for at in range(first, len(ids)))
    return sum(sum(byte & 0xC0 != 0x80 for byte in piece) for piece in pieces)
