"""Which is faster, GPT-2 or BERT? Causal and masked models on the same text, through the same call.

The text is the fox and the grapes of `prompts/fox.toml`, whose last word is missing. Random weights stand for
a model that is not here, where its shape is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from playground import paths
from playground.api import Candidates, MaskedModel, ModelUnavailable, Need, Read, Reading
from playground.api.candidates import top_indices
from playground.bench.checkpoint import random_gpt2, random_text
from playground.bench.ours import load, open_engine
from playground.bench.plan import Benchmark, Probe, Unit
from playground.bench.random_bert import random_bert
from playground.engine.model_reference import join_reference, split_reference
from playground.session.template_files import read_template

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.engine.catalog import Catalog

ENGINE = "playground.bench.models:Reader"
MODELS = {"gpt2": "gpt2", "bert": "bert"}
BATCHES = (1, 8)
STAND_INS: dict[str, Callable[[], Path]] = {"gpt2": random_gpt2, "bert": random_bert}
FOX_TOKENS = 58
"""Of the text, by GPT-2 and by BERT; a random model is given as many letters, each a token."""
READ_TOKENS = 128
STEPS = 4
ROUNDS = 3
TOP = 10

MEASURES: tuple[tuple[str, str, Unit], ...] = (
    ("word", "the fox's missing word, as the next or as a mask", "ms"),
    ("prefill", f"reading {READ_TOKENS} tokens from nothing", "ms"),
    ("throughput", f"throughput of reading {READ_TOKENS} tokens", "tokens/s"),
    ("token", "each token more after the fox's text", "ms"),
)


class Reader:
    """A model that reads texts, `batch` of them at once."""

    def __init__(self, model: str) -> None:
        here = reason_of_absence(model) is None
        self._model = load(model if here else _stand_in(model))
        self._text = _fox() if here else random_text(FOX_TOKENS)
        tokenizer = self._model.tokenizer
        self._before = tokenizer.start_ids
        self._after: tuple[int, ...] = ()
        self._need = Need.LOGITS
        if Need.MASKED in self._model.offers:
            masked = cast("MaskedModel", self._model)
            self._after, self._need = (masked.mask_id, *masked.end_ids), Need.MASKED
        self._ids = tuple(tokenizer.encode(self._text))
        room = min(READ_TOKENS, self._model.context_length or READ_TOKENS)
        self._room = room - len(self._before) - len(self._after)

    def word(self, batch: int) -> float:
        """Seconds from texts to the likeliest words for the gap at their end, with probabilities."""
        start = time.perf_counter()
        texts = [tuple(self._model.tokenizer.encode(self._text)) for _ in range(batch)]
        for row in map(self._gap, self._read(texts)):
            Candidates(row).probabilities()
            top_indices(row, TOP)
        return time.perf_counter() - start

    def prefill(self, batch: int) -> float:
        """Seconds until texts of READ_TOKENS tokens have been read, each from nothing."""
        ids = tuple(islice(cycle(self._ids), self._room))
        start = time.perf_counter()
        self._read([ids] * batch)
        return time.perf_counter() - start

    def throughput(self, batch: int) -> float:
        """As `prefill`, for a token."""
        tokens = self._room + len(self._before) + len(self._after)
        return self.prefill(batch) / (batch * tokens)

    def token(self, batch: int) -> float:
        """Seconds until every text is a token longer: a masked model reads all of it again."""
        texts = [self._ids] * batch
        readings = self._read(texts)
        start = time.perf_counter()
        for _ in range(STEPS):
            best = [int(self._gap(reading).argmax()) for reading in readings]
            texts = [(*text, token) for text, token in zip(texts, best, strict=True)]
            if self._need == Need.MASKED:
                readings = self._read(texts)
            else:
                pairs = zip(readings, best, strict=True)
                readings = self._model.read([Read(r.state, (token,)) for r, token in pairs])
        return (time.perf_counter() - start) / STEPS

    def _read(self, texts: Sequence[tuple[int, ...]]) -> list[Reading]:
        """Texts from nothing, each with its gap behind it."""
        kept = len(self._after) or 1
        return self._model.read(
            [
                Read(
                    self._model.start(),
                    (*self._before, *text, *self._after),
                    need=self._need,
                    logits_to_keep=kept,
                )
                for text in texts
            ]
        )

    def _gap(self, reading: Reading) -> ndarray:
        """The row of the gap: that of the mask, or of the last token read."""
        row: ndarray = reading.logits[-(len(self._after) or 1)]
        return row


def reason_of_absence(model: str) -> str | None:
    """Why random weights stand for a model; None where it is here.

    Raises ModelUnavailable for one that is not here and whose shape is not known, either.
    """
    try:
        open_engine().catalog.resolve(model)
    except ModelUnavailable as error:
        if split_reference(model)[0] not in STAND_INS:
            raise
        return error.message
    return None


def named(catalog: Catalog, names: Iterable[str]) -> dict[str, str]:
    """Names with references that any process understands. Raises ModelUnavailable."""
    found = {}
    for name in names:
        try:
            located = catalog.resolve(name)
            found[name] = join_reference(str(located.folder.absolute()), located.options)
        except ModelUnavailable:
            reason_of_absence(name)
            found[name] = name
    return found


def stand_ins(benchmarks: Iterable[Benchmark]) -> tuple[str, ...]:
    """A line for every model of these benchmarks that random weights stand for."""
    probes = [p for b in benchmarks for p in (b.ours, b.against) if p and p.engine == ENGINE]
    reasons = {p.label: reason_of_absence(p.options["model"]) for p in probes}
    return tuple(
        f"{label}: {reason}, so random weights of its shape stand for it, and as many random tokens "
        "for the fox's text"
        for label, reason in reasons.items()
        if reason
    )


def benchmarks(
    models: Mapping[str, str] = MODELS, batches: Sequence[int] = BATCHES
) -> tuple[Benchmark, ...]:
    """Every measure for every batch, the first model (label: reference) beside each of the others."""
    first, *others = models
    return tuple(
        Benchmark(
            name=f"models-{measure}-{batch}" + f"-{other}" * (len(others) > 1),
            title=f"{title}, batch {batch}",
            unit=unit,
            ours=_probe(first, models[first], measure, batch),
            against=_probe(other, models[other], measure, batch) if other else None,
            rounds=ROUNDS,
        )
        for measure, title, unit in MEASURES
        for batch in batches
        for other in others or ("",)
    )


def _probe(label: str, model: str, measure: str, batch: int) -> Probe:
    return Probe(
        label=label,
        engine=ENGINE,
        measure=measure,
        options={"model": model},
        arguments={"batch": batch},
    )


def _stand_in(model: str) -> str:
    name, options = split_reference(model)
    return join_reference(str(STAND_INS[name]()), options)


def _fox() -> str:
    return read_template(paths.shipped_prompts() / "fox.toml").query


BENCHMARKS = benchmarks()
