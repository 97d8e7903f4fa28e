"""Masked language models: what stands for the masks of a text, and which of two kinds a model is.

Pure functions over a model, as in `scoring`. Reads both sides of a place, and knows nothing of decoding.
"""

from __future__ import annotations

from typing import cast

from playground.api import (
    Candidates,
    Filling,
    InvalidInput,
    LanguageModel,
    MaskedModel,
    Need,
    PromptTooLong,
    Read,
)
from playground.api.candidates import top_indices
from playground.engine.detokenize import piece_text


def check_continues(model: LanguageModel, name: str) -> None:
    """Raises InvalidInput for a masked model, called `name`: nothing follows in it from what came before."""
    if Need.MASKED not in model.offers:
        return
    mask = model.tokenizer.label(cast("MaskedModel", model).mask_id)
    raise InvalidInput(
        f"{name} is a masked model: it reads a text from both sides to fill its gaps, and cannot go on "
        "from its end",
        f'playground fill "a {mask} text" -m {name} (in a session: /fill), or another model: '
        "playground models list",
    )


def check_fills(model: LanguageModel, name: str) -> MaskedModel:
    """The model as a masked one. Raises InvalidInput for a causal one, called `name`."""
    if Need.MASKED not in model.offers:
        raise InvalidInput(
            f"{name} fills no masks: it continues text, and sees only what stands before a place",
            f"a masked model does, such as -m bert; what could follow a text: playground next -m {name}",
        )
    return cast("MaskedModel", model)


def fill(model: MaskedModel, text: str, count: int) -> list[Filling]:
    """The `count` likeliest tokens for each mask of `text`, the likeliest first, mask after mask.

    Each mask is filled by itself, the others staying masks. Raises InvalidInput for a text without one, and
    PromptTooLong for more tokens than the context holds.
    """
    tokenizer = model.tokenizer
    ids = (*tokenizer.start_ids, *tokenizer.encode(text), *model.end_ids)
    places = [at for at, token in enumerate(ids) if token == model.mask_id]
    if not places:
        raise InvalidInput(
            "the text has no mask, so there is nothing to fill",
            f"write {tokenizer.label(model.mask_id)} where a word is missing",
        )
    if model.context_length is not None and len(ids) > model.context_length:
        raise PromptTooLong(
            f"the text has {len(ids):,} tokens, with those around it, and the model's context holds "
            f"{model.context_length:,}",
            "give a shorter text",
        )
    (reading,) = model.read([Read(model.start(), ids, need=Need.MASKED)])
    found = []
    for mask, at in enumerate(places):
        logits = reading.logits[at]
        probabilities = Candidates(logits).probabilities()
        previous = ids[at - 1] if at else None
        found += [
            Filling(
                mask=mask,
                id=token,
                text=piece_text(tokenizer, token, previous),
                probability=float(probabilities[token]),
            )
            for token in top_indices(logits, count).tolist()
        ]
    return found
