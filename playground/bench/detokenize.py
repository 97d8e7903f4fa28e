"""Token ids to text as they come: the price of a token, and that it does not grow with the text."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from playground.bench.checkpoint import Shape, random_gpt2
from playground.bench.plan import Benchmark, Probe, Target

TOKENS = 500
LATE = 20_000
VOCABULARY = 50257


def small_model() -> str:
    """The folder of a model with the full vocabulary and next to no weights."""
    return str(random_gpt2(Shape(vocabulary=VOCABULARY, width=8, layers=1, heads=1)))


def words(count: int) -> list[int]:
    """Tokens that spell whole characters, as unequally frequent as those of a language (Zipf 1935)."""
    first, most = 257, VOCABULARY - 258
    chance = random.Random(0)
    return [first + int(most ** chance.random()) for _ in range(count)]


def seconds_per_call(add: Callable[[Any], object], early: list[Any], timed: list[Any]) -> float:
    """Seconds for each of `timed`, after all of `early`."""
    for token in early:
        add(token)
    start = time.perf_counter()
    for token in timed:
        add(token)
    return (time.perf_counter() - start) / len(timed)


class Ours:
    """The engine's own detokenizer."""

    def __init__(self) -> None:
        from playground.bench.ours import load

        self._tokenizer = load(small_model()).tokenizer

    def stream(self, before: int) -> float:
        """Seconds for a token of a text that has `before` tokens already."""
        from playground.engine.detokenize import Detokenizer

        detokenizer = Detokenizer(self._tokenizer, None)
        return seconds_per_call(detokenizer.add, words(before), words(TOKENS))


class Streamer:
    """transformers' TextStreamer, its printing left out."""

    def __init__(self) -> None:
        from transformers import AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(small_model())

    def stream(self, before: int) -> float:
        """Seconds for a token of a text that has `before` tokens already."""
        import torch
        from transformers import TextStreamer

        streamer: Any = TextStreamer(self._tokenizer)
        streamer.on_finalized_text = lambda text, stream_end=False: None
        early, timed = ([torch.tensor([t]) for t in words(n)] for n in (before, TOKENS))
        return seconds_per_call(streamer.put, early, timed)


def probe(label: str, engine: str, before: int) -> Probe:
    return Probe(
        label=label,
        engine=f"playground.bench.detokenize:{engine}",
        measure="stream",
        arguments={"before": before},
    )


BENCHMARKS = (
    Benchmark(
        name="detokenize-new",
        title="detokenising a token of a new text",
        unit="µs",
        ours=probe("detokenizer", "Ours", 0),
        against=probe("TextStreamer", "Streamer", 0),
        target=Target("seconds", 1e-6),
    ),
    Benchmark(
        name="detokenize-late",
        title=f"detokenising a token after {LATE:,} others",
        unit="µs",
        ours=probe("late", "Ours", LATE),
        against=probe("new", "Ours", 0),
        target=Target("slower", 1.5),
    ),
)
