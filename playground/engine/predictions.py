"""What a model expects next: after a text, and at every position of it.

Pure functions over a model and token ids, as in `scoring`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from playground.api import (
    Candidates,
    Expectation,
    LanguageModel,
    Prediction,
    PromptTooLong,
    Read,
)
from playground.api.candidates import top_indices
from playground.engine.detokenize import piece_text, pieces_text
from playground.engine.scoring import CHUNK, chosen_logprobs


def next_tokens(model: LanguageModel, ids: Sequence[int], count: int) -> list[Prediction]:
    """The `count` likeliest tokens after `ids` (not empty), the likeliest first.

    Raises PromptTooLong for more ids than the context holds.
    """
    _check_length(model, ids)
    (reading,) = model.read([Read(model.start(), tuple(ids), logits_to_keep=1)])
    logits = reading.logits[-1]
    probabilities = Candidates(logits).probabilities()
    return [
        Prediction(
            id=token,
            text=piece_text(model.tokenizer, token, ids[-1]),
            probability=float(probabilities[token]),
        )
        for token in top_indices(logits, count).tolist()
    ]


def expectations(model: LanguageModel, ids: Sequence[int]) -> list[Expectation]:
    """The likeliest token after each of `ids`: element i is what is expected after ids[: i + 1].

    Raises PromptTooLong for more ids than the context holds.
    """
    _check_length(model, ids)
    best: list[int] = []
    chances: list[float] = []
    state = model.start()
    for begin in range(0, len(ids), CHUNK):
        (reading,) = model.read([Read(state, tuple(ids[begin : begin + CHUNK]))])
        likeliest = reading.logits.argmax(axis=1).tolist()
        best += likeliest
        chances += np.exp(chosen_logprobs(reading.logits, likeliest)).tolist()
        state = reading.state
    tokenizer = model.tokenizer
    return [
        Expectation(
            position=at,
            after=after,
            id=token,
            text=piece_text(tokenizer, token, ids[at]),
            probability=chance,
        )
        for at, (after, token, chance) in enumerate(
            zip(pieces_text(tokenizer, ids), best, chances, strict=True)
        )
    ]


def _check_length(model: LanguageModel, ids: Sequence[int]) -> None:
    length = model.context_length
    if length is not None and len(ids) > length:
        raise PromptTooLong(
            f"the text has {len(ids):,} tokens, and the model's context holds {length:,}",
            "give a shorter text",
        )
