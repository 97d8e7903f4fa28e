"""The chain from scores to a token, against transformers' processors on a vocabulary of GPT-2's size."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from playground.bench.plan import Benchmark, Probe, Target

if TYPE_CHECKING:
    from numpy import ndarray

VOCABULARY = 50257
SAID = 200
STEPS = 50
SCORE_DEVIATION = 4.4  # see playground.bench.checkpoint
CHAIN = (
    "repetition_penalty(1.2) | temperature(0.8) | top_k(50) | top_p(0.95) | min_p(0.05) | sample"
)


def example() -> tuple[list[int], ndarray]:
    """The tokens said so far, and (steps, vocabulary) float32 scores as peaked as a real model's."""
    import numpy as np

    generator = np.random.default_rng(0)
    scores = generator.standard_normal((STEPS, VOCABULARY), dtype=np.float32) * SCORE_DEVIATION
    return generator.integers(VOCABULARY, size=SAID).tolist(), scores.astype(np.float32)


class OurChain:
    """The chain of this project and its seeded draw."""

    def __init__(self) -> None:
        from playground.engine.chain import build_chain
        from playground.engine.noise import HashedNoise
        from playground.plugins import load_plugins

        self._chain = build_chain(CHAIN, load_plugins())
        self._noise = HashedNoise(1, 0)
        self._said, self._scores = example()

    def choose(self) -> float:
        """Seconds to choose a token."""
        from playground.api.decoding import Step
        from playground.engine.draw import draw

        step = Step(self._said, SAID, self._noise)
        start = time.perf_counter()
        for row in self._scores:
            draw(self._chain.candidates(row, step), self._noise, step.position)
        return (time.perf_counter() - start) / STEPS


class TransformersChain:
    """The same stages as transformers' processors, then softmax and multinomial as in its `generate`."""

    def __init__(self) -> None:
        import torch
        from transformers.generation import logits_process as stages

        self._processors: Any = stages.LogitsProcessorList(
            [
                stages.RepetitionPenaltyLogitsProcessor(1.2),
                stages.TemperatureLogitsWarper(0.8),
                stages.TopKLogitsWarper(50),
                stages.TopPLogitsWarper(0.95),
                stages.MinPLogitsWarper(0.05),
            ]
        )
        said, scores = example()
        self._said = torch.tensor([said])
        self._scores: Any = torch.from_numpy(scores)

    def choose(self) -> float:
        """Seconds to choose a token."""
        import torch

        start = time.perf_counter()
        for row in self._scores.split(1):
            scores = self._processors(self._said, row)
            torch.multinomial(scores.softmax(dim=-1), num_samples=1)
        return (time.perf_counter() - start) / STEPS


BENCHMARKS = (
    Benchmark(
        name="chain-50257",
        title="chain of five stages and a draw, vocabulary 50,257",
        unit="µs",
        ours=Probe(label="chain", engine="playground.bench.chain:OurChain", measure="choose"),
        against=Probe(
            label="transformers",
            engine="playground.bench.chain:TransformersChain",
            measure="choose",
        ),
        target=Target("faster", 10),
    ),
)
