"""Classifies by likelihood, which of some continuations a model finds likeliest, or by a head for labels.

Labels need not be one token: a label's likelihood is that of all its tokens, and of what follows it
in the prompt (a cloze). It knows filled prompts and token ids, not how a template was filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from playground.api import (
    Classification,
    InvalidInput,
    LabelHead,
    LanguageModel,
    Need,
    Prompt,
    PromptTooLong,
    Read,
    Tokenizer,
)
from playground.engine.scoring import chosen_logprobs

if TYPE_CHECKING:
    from numpy import ndarray


def classify(
    model: LanguageModel, prompt: Prompt, content_free: Sequence[Prompt] = ()
) -> Classification:
    """The likeliest of `prompt.labels`.

    `content_free` are the same prompt filled with inputs that say nothing ("N/A"): what the model
    prefers then is taken off (contextual calibration, Zhao et al. 2021).

    Raises InvalidInput for a prompt without labels or with nothing to read, and PromptTooLong.
    """
    if not prompt.labels:
        raise InvalidInput(
            "the prompt has no labels to choose from", "give a template with [labels]"
        )
    logprobs = _prompt_label_scores(model, prompt)
    scores = calibrated(logprobs, [_prompt_label_scores(model, free) for free in content_free])
    ranked = sorted(zip(prompt.labels, scores.tolist(), strict=True), key=lambda pair: -pair[1])
    return Classification(
        label=ranked[0][0],
        scores=dict(ranked),
        logprobs=dict(zip(prompt.labels, logprobs.tolist(), strict=True)),
        calibrated=bool(content_free),
    )


def label(model: LanguageModel, text: str) -> Classification:
    """The label of `text` by the model's own head.

    Raises InvalidInput for a model without one and for nothing to read, and PromptTooLong.
    """
    head: LabelHead | None = getattr(model, "label_head", None)
    if head is None:
        raise InvalidInput(
            "the model has no head that labels texts",
            "give a template that has labels (-t sentiment-few-shot), or train a head: "
            "playground finetune MODEL FILE --label-column NAME",
        )
    ids = (*model.tokenizer.encode(head.prefix + text), *head.closing)
    if not ids:
        raise InvalidInput("there is no text to label")
    if model.context_length is not None and len(ids) > model.context_length:
        raise PromptTooLong(
            f"the text has {len(ids):,} tokens; the context is {model.context_length:,}",
            "shorten the text",
        )
    (reading,) = model.read([Read(model.start(), ids, Need.LOGITS | Need.HIDDEN, logits_to_keep=1)])
    assert reading.hidden is not None
    logits = head.logits(reading.hidden[-1][-1:])[0].astype(np.float64)
    logprobs = logits - np.logaddexp.reduce(logits)
    ranked = sorted(zip(head.labels, logprobs.tolist(), strict=True), key=lambda pair: -pair[1])
    return Classification(
        label=ranked[0][0],
        scores={name: float(np.exp(logprob)) for name, logprob in ranked},
        logprobs=dict(ranked),
        calibrated=False,
    )


def calibrated(logprobs: ndarray, content_free: Sequence[ndarray] = ()) -> ndarray:
    """(labels,) probabilities that sum to 1, each divided by its mean over `content_free` first.

    This is the diagonal form of contextual calibration, W = diag(p_cf)^-1 and b = 0.
    """
    if content_free:
        mean = np.mean([_normalised(free) for free in content_free], axis=0)
        logprobs = logprobs - np.log(np.maximum(mean, np.finfo(np.float64).tiny))
    return _normalised(logprobs)


def label_scores(
    model: LanguageModel, prompt_ids: Sequence[int], labels: Sequence[Sequence[int]]
) -> ndarray:
    """(labels,) float64: the log-probability, in nats, of each of `labels` after the prompt.

    The prompt is read once; the labels continue its state in one batch. A label of one token costs
    nothing more.
    """
    longest = len(prompt_ids) + max(map(len, labels)) - 1
    if model.context_length is not None and longest > model.context_length:
        raise PromptTooLong(
            f"prompt and label need {longest} tokens; the context is {model.context_length}",
            "shorten the text, or use fewer --shots",
        )
    (prompt,) = model.read([Read(model.start(), tuple(prompt_ids), logits_to_keep=1)])
    totals = np.array([chosen_logprobs(prompt.logits, ids[:1]).sum() for ids in labels])
    longer = [at for at, ids in enumerate(labels) if len(ids) > 1]
    if longer:
        readings = model.read([Read(prompt.state, tuple(labels[at][:-1])) for at in longer])
        for at, reading in zip(longer, readings, strict=True):
            totals[at] += chosen_logprobs(reading.logits, labels[at][1:]).sum()
    return totals


def split_labels(tokenizer: Tokenizer, prompt: Prompt) -> tuple[list[int], list[list[int]]]:
    """The tokens that all filled texts share with the prompt, and what follows them for each label.

    The filled texts are encoded whole, so that a token across the border of prompt and label is the
    one that a text would have.
    """
    filled = [
        tokenizer.encode(prompt.text + text + prompt.after) for text in prompt.labels.values()
    ]
    columns = zip(tokenizer.encode(prompt.text), *filled, strict=False)
    shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    return filled[0][:shared], [ids[shared:] for ids in filled]


def _prompt_label_scores(model: LanguageModel, prompt: Prompt) -> ndarray:
    tokenizer = model.tokenizer
    shared, continuations = split_labels(tokenizer, prompt)
    prompt_ids = [*tokenizer.start_ids, *shared]
    if not prompt_ids and tokenizer.bos_id is not None:
        prompt_ids = [tokenizer.bos_id]
    if not prompt_ids:
        raise InvalidInput(
            "nothing stands before the labels, and the model has no beginning-of-text token",
            "let the template begin with a header",
        )
    return label_scores(model, prompt_ids, continuations)


def _normalised(logprobs: ndarray) -> ndarray:
    weights = np.exp(logprobs - logprobs.max())
    return np.asarray(weights / weights.sum())
