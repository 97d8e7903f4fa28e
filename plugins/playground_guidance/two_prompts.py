"""One text after two prompts: away from what the model would say without the first one's difference.

Classifier-free guidance and context-aware decoding are the same arithmetic with other prompts and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.api import Commit, DecodeContext, Decoding, InvalidInput, PromptTooLong, Read

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


def guided(context: DecodeContext, other: tuple[int, ...], scale: float) -> Decoding:
    """Decode by q + scale (p - q), p the log-probabilities after the prompt and q those after `other`."""
    if scale == 1:
        yield from _plain(context)
        return
    ids, reading = list(context.ids), context.reading
    (second,) = yield from context.read_all([Read(context.model.start(), other, logits_to_keep=1)])
    while True:
        logits = reading.logits[-1]
        token, chosen = context.choose(ids, mixed(logits, second.logits[-1], scale))
        yield Commit(token, chosen, logits)
        ids.append(token)
        reads = [Read(each.state, (token,)) for each in (reading, second)]
        reading, second = yield from context.read_all(reads)


def mixed(logits: ndarray, others: ndarray, scale: float) -> Candidates:
    """The vocabulary scored by q + scale (p - q); both rows are (vocabulary,)."""
    from playground.api.candidates import Candidates

    p, q = Candidates(logits).log_probabilities(), Candidates(others).log_probabilities()
    return Candidates(q + scale * (p - q))


def second_prompt(context: DecodeContext, text: str, what: str) -> tuple[int, ...]:
    """The ids of the other prompt.

    Raises InvalidInput where there are none, and PromptTooLong where the text does not fit behind them.
    """
    tokenizer = context.model.tokenizer
    ids = (*tokenizer.start_ids, *tokenizer.encode(text))
    if not ids and tokenizer.bos_id is None:
        raise InvalidInput(
            f"the {what} is empty, and this model continues no empty text", "give it one"
        )
    ids = ids or (int(tokenizer.bos_id or 0),)
    length = context.model.context_length
    if length is not None and len(ids) + context.limit - 1 > length:
        raise PromptTooLong(
            f"the {what} has {len(ids):,} tokens: with {context.limit:,} to follow they do not fit the "
            f"model's context of {length:,}",
            "shorten it, or ask for fewer tokens",
        )
    return ids


def _plain(context: DecodeContext) -> Decoding:
    ids, reading = list(context.ids), context.reading
    while True:
        logits = reading.logits[-1]
        token, chosen = context.choose(ids, logits)
        yield Commit(token, chosen, logits)
        ids.append(token)
        reading = yield from context.read(reading.state, [token])
