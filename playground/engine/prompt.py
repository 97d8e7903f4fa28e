"""From a prompt's text to the ids that are read: beginning-of-text, and what fits into the context."""

from __future__ import annotations

from playground.api.decoding import Strategy
from playground.api.errors import InvalidInput, PromptTooLong
from playground.api.model import LanguageModel, Lossy, Tokenizer
from playground.api.request import Fit


def prompt_ids(model: LanguageModel, text: str) -> tuple[int, ...]:
    """The ids of a prompt. An empty one continues from the beginning-of-text token where there is one."""
    tokenizer = model.tokenizer
    ids = (*tokenizer.start_ids, *tokenizer.encode(text))
    if ids:
        return ids
    if tokenizer.bos_id is None:
        raise InvalidInput(
            "the prompt is empty, and this model has no beginning-of-text token to continue from",
            "give it at least one character or word",
        )
    return (tokenizer.bos_id,)


def withhold(ids: tuple[int, ...], strategy: Strategy) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids that are read, and the last one where the strategy says it anew; at least one is read."""
    end = len(ids) - 1 if strategy.heals and len(ids) > 1 else len(ids)
    return ids[:end], ids[end:]


def left_out(tokenizer: Tokenizer, text: str) -> tuple[str, ...]:
    """What the user should know of how `text` is encoded: what a lossy tokenizer leaves out."""
    return tokenizer.notices(text) if isinstance(tokenizer, Lossy) else ()


def fit_prompt(
    ids: tuple[int, ...], context: int | None, max_tokens: int, fit: Fit
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The ids that fit into the context with room to continue, and what to say if some were left out.

    "tail" keeps the end, "head" the beginning, "middle" drops the middle and keeps both ends. Room is left
    for `max_tokens`, but never for more than half of the context. Raises PromptTooLong for "error".
    """
    if context is None or len(ids) + min(1, max_tokens) <= context:
        return ids, ()
    if fit == "error":
        raise PromptTooLong(
            f"the prompt has {len(ids):,} tokens, and the model's context holds {context:,}"
            f"{' with the continuation' if len(ids) <= context else ''}",
            "keep a part of it: --fit tail (its end), --fit head (its beginning) or "
            "--fit middle (both ends)",
        )
    room = context - min(max_tokens, context // 2)
    head = {"tail": 0, "head": room, "middle": room // 2}[fit]
    kept = ids[:head] + ids[len(ids) - (room - head) :]
    note = f"the prompt was cut to {len(kept):,} of its {len(ids):,} tokens (--fit {fit})"
    return kept, (note,)
