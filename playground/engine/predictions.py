"""What a model expects next: after a text, and at every position of it.

Pure functions over a model and token ids, as in `scoring`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from playground.api import Candidates, LanguageModel, PromptTooLong, Read
from playground.api.candidates import top_indices
from playground.engine.scoring import CHUNK, chosen_logprobs


class Prediction(msgspec.Struct, frozen=True):
    """A token and its probability after the tokens before it."""

    id: int
    probability: float


def next_tokens(model: LanguageModel, ids: Sequence[int], count: int) -> list[Prediction]:
    """The `count` likeliest tokens after `ids` (not empty), the likeliest first.

    Raises PromptTooLong for more ids than the context holds.
    """
    _check_length(model, ids)
    (reading,) = model.read([Read(model.start(), tuple(ids), logits_to_keep=1)])
    logits = reading.logits[-1]
    probabilities = Candidates(logits).probabilities()
    return [Prediction(int(at), float(probabilities[at])) for at in top_indices(logits, count)]


def predictions(model: LanguageModel, ids: Sequence[int]) -> list[Prediction]:
    """The likeliest token after each of `ids`: element i is what is expected after ids[: i + 1].

    Raises PromptTooLong for more ids than the context holds.
    """
    _check_length(model, ids)
    found: list[Prediction] = []
    state = model.start()
    for begin in range(0, len(ids), CHUNK):
        (reading,) = model.read([Read(state, tuple(ids[begin : begin + CHUNK]))])
        best = reading.logits.argmax(axis=1)
        chances = np.exp(chosen_logprobs(reading.logits, best.tolist()))
        found += [Prediction(int(token), float(p)) for token, p in zip(best, chances, strict=True)]
        state = reading.state
    return found


def _check_length(model: LanguageModel, ids: Sequence[int]) -> None:
    length = model.context_length
    if length is not None and len(ids) > length:
        raise PromptTooLong(
            f"the text has {len(ids):,} tokens, and the model's context holds {length:,}",
            "give a shorter text",
        )
