"""The laws of a processor: it narrows or re-scores what it is given, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from playground.api import Candidates, Processor, Step
from playground.engine.chain import check_narrowed
from playground.testing.decode import step_after
from playground.testing.laws import Contract, require
from playground.testing.tokenizers import CharTokenizer

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 .\n"
VOCABULARY = len(ALPHABET) + 1


class ProcessorContract(Contract):
    """Laws of a stage of a chain. Subclass it and return one from `processor`.

    Each is tried on distributions as they occur: flat, peaked, with ties, with logits in the hundreds, over
    the whole vocabulary and after a truncation, with one candidate left; after prompts that repeat.
    """

    def processor(self) -> Processor:
        raise NotImplementedError

    def test_keeps_some_of_the_candidates_with_finite_scores(self) -> None:
        for name, candidates, step in cases():
            narrowed = self.processor()(candidates, step)
            try:
                check_narrowed("it", candidates, narrowed)
            except Exception as error:
                raise AssertionError(f"{name}: {error}") from None

    def test_keeps_ids_ascending(self) -> None:
        for name, candidates, step in cases():
            ids = self.processor()(candidates, step).ids
            require((np.diff(ids) > 0).all(), f"{name}: ids are not ascending: {ids[:9]}")

    def test_gives_the_same_twice(self) -> None:
        processor = self.processor()
        for name, candidates, step in cases():
            first, second = processor(candidates, step), processor(candidates, step)
            same = np.array_equal(first.ids, second.ids) and np.array_equal(
                first.scores, second.scores
            )
            require(same, f"{name}: asked twice, it answered differently")

    def test_leaves_its_input_unchanged(self) -> None:
        for name, candidates, step in cases():
            scores, ids = candidates.scores.copy(), candidates.ids.copy()
            self.processor()(candidates, step)
            same = np.array_equal(scores, candidates.scores) and np.array_equal(ids, candidates.ids)
            require(same, f"{name}: it changed the candidates that it was given")

    def test_does_not_depend_on_what_it_saw_before(self) -> None:
        used = self.processor()
        for _, candidates, step in cases():
            used(candidates, step)
        for name, candidates, step in cases():
            again, fresh = used(candidates, step), self.processor()(candidates, step)
            require(np.array_equal(again.scores, fresh.scores), f"{name}: it remembers other steps")


def cases() -> Iterator[tuple[str, Candidates, Step]]:
    """Named candidates over a vocabulary of 40, and the step at which they stand; the same each time."""
    random = np.random.default_rng(0)
    normal = random.standard_normal(VOCABULARY).astype(np.float32)
    rows = {
        "ordinary": 2 * normal,
        "flat": np.zeros(VOCABULARY, dtype=np.float32),
        "peaked": np.where(np.arange(VOCABULARY) == 7, 60, normal).astype(np.float32),
        "tied": np.round(normal),
        "in the hundreds": 300 * normal,
    }
    tokenizer = CharTokenizer(ALPHABET)
    steps = (
        step_after([3], tokenizer=tokenizer),
        step_after([3, 7, 3, 7, 3, 7, 8, 9, 3, 7], prompt_length=4, tokenizer=tokenizer),
    )
    for name, scores in rows.items():
        some = np.arange(1, VOCABULARY, 3)
        for step in steps:
            yield f"{name}, all tokens", Candidates(scores.copy()), step
            yield f"{name}, some tokens", Candidates(scores[some], some.copy()), step
            yield f"{name}, one token", Candidates(scores[7:8].copy(), np.array([7])), step
