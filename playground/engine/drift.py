"""How far a model's number types drift from float32, on one text: what speed and memory cost in truth.

Works with any backend, through the public protocol alone; which text is read is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy import ndarray

from playground.api import Drift, InvalidInput, LanguageModel, Read
from playground.api.results import Comparison
from playground.engine.catalog import Catalog
from playground.engine.masked import check_continues

EXACT = "float32"
DTYPES = (EXACT, "bfloat16", "float16", "int8")
CHUNK = 64
"""Rows of log-probabilities that are worked on at a time."""

Load = Callable[[str], LanguageModel]
"""Loads the model in a number type; raises InvalidInput for one that backend or device lacks."""


def compare_dtypes(load: Load, ids: Sequence[int]) -> list[Drift]:
    """The drift of every number type, float32 first, after reading `ids` (without `start_ids`).

    Models are loaded one after the other, each when the one before is no longer needed.
    Raises InvalidInput for no ids, or for more than the model's context holds.
    """
    exact = _logits(load(EXACT), ids)
    return [_drift(load, dtype, ids, exact) for dtype in DTYPES]


def compare_on(catalog: Catalog, reference: str, device: str, text: str) -> Comparison:
    """The drift of the model that `reference` names, on as much of `text` as its context holds.

    Loads the model once for each type, and keeps none of them.
    """
    located = catalog.resolve(reference)
    backend, folder, options = located.backend, located.folder, located.options
    tokenizer = backend.tokenizer(folder, **options)
    context = backend.card(folder).context_length
    ids = tokenizer.encode(text)
    if context is not None:
        ids = ids[: context - len(tokenizer.start_ids)]

    def load(dtype: str) -> LanguageModel:
        model = backend.load(folder, device=device, dtype=dtype, **options)
        check_continues(model, reference)
        return model

    drifts = compare_dtypes(load, ids)
    return Comparison(tokens=len(ids), drifts=tuple(drifts))


def _drift(load: Load, dtype: str, ids: Sequence[int], exact: ndarray) -> Drift:
    if dtype == EXACT:
        return Drift(dtype=dtype, divergence=0.0, agreement=1.0, largest=0.0)
    try:
        model = load(dtype)
    except InvalidInput as error:
        return Drift(dtype=dtype, refused=error.message)
    logits = _logits(model, ids)
    return Drift(
        dtype=dtype,
        divergence=_mean_divergence(exact, logits),
        agreement=float((exact.argmax(-1) == logits.argmax(-1)).mean()),
        largest=float(np.abs(exact - logits).max()),
    )


def _logits(model: LanguageModel, ids: Sequence[int]) -> ndarray:
    """(tokens, vocabulary) float32."""
    tokens = (*model.tokenizer.start_ids, *ids)
    if not ids:
        raise InvalidInput("no tokens to compare number types on")
    if model.context_length is not None and len(tokens) > model.context_length:
        raise InvalidInput(
            f"{len(tokens)} tokens do not fit the model's context of {model.context_length}",
            "compare number types on a shorter text",
        )
    return model.read([Read(model.start(), tokens)])[0].logits


def _mean_divergence(exact: ndarray, other: ndarray) -> float:
    total = 0.0
    for begin in range(0, len(exact), CHUNK):
        p = _log_probabilities(exact[begin : begin + CHUNK])
        q = _log_probabilities(other[begin : begin + CHUNK])
        total += float((np.exp(p) * (p - q)).sum())
    return max(0.0, total / len(exact))


def _log_probabilities(logits: ndarray) -> ndarray:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    normalised: ndarray = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return normalised
