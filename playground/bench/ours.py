"""This project's engine, as it is asked in a benchmark: requests in, events out, as a front end does it."""

from __future__ import annotations

import time

from playground.api.events import Finished, Token
from playground.api.model import LanguageModel, Read
from playground.api.request import GenerationRequest
from playground.bench.checkpoint import random_gpt2, random_text
from playground.engine.catalog import Catalog
from playground.engine.engine import Engine
from playground.plugins import load_plugins

PREFIX_CACHE_BYTES = 2**30
DEVICE = "cpu"
SAMPLED = "temperature(0.8) | top_k(50) | sample"


def open_engine() -> Engine:
    """An engine with the installed plugins, and nothing of the user's settings."""
    plugins = load_plugins()
    catalog = Catalog(plugins.backends_in_order(), plugins.models)
    return Engine(plugins, catalog, PREFIX_CACHE_BYTES)


def load(folder: str, dtype: str = "float32", engine: Engine | None = None) -> LanguageModel:
    """The model in `folder`, on the processor, where all engines are compared."""
    return (engine or open_engine()).load(folder, device=DEVICE, dtype=dtype)


class Playground:
    """Generates with the random GPT-2, its weights held as `dtype`."""

    def __init__(self, dtype: str, folder: str | None = None) -> None:
        self._dtype = dtype
        self._folder = folder or str(random_gpt2())
        self._engine = open_engine()
        self._model = load(self._folder, dtype, self._engine)

    def decode(self, context: int, tokens: int, chain: str = "greedy") -> float:
        """Seconds for a token after the first, the prompt having `context` of them."""
        _, each = self._generate(random_text(context), tokens, chain)
        return each

    def decode_many(self, context: int, tokens: int, sequences: int) -> float:
        """Seconds for a token, `sequences` of them being drawn side by side."""
        _, each = self._generate(random_text(context), tokens, SAMPLED, sequences)
        return each

    def first_token(self, context: int) -> float:
        """Seconds from a prompt that nobody has seen to its first token."""
        first, _ = self._generate(random_text(context), 1)
        return first

    def second_turn(self, prefix: int, added: int) -> float:
        """Seconds to the first token of a prompt whose first `prefix` tokens are those of the turn before."""
        turn = random_text(prefix)
        self._generate(turn, 1)
        first, _ = self._generate(turn + random_text(added), 1)
        return first

    def bare_loop(self, context: int, tokens: int) -> float:
        """Seconds for a token of the model alone: read, take the best, read."""
        return seconds_per_read(self._model, random_text(context), tokens)

    def load(self) -> float:
        """Seconds until the model and its tokenizer are ready."""
        engine = open_engine()
        start = time.perf_counter()
        load(self._folder, self._dtype, engine)
        return time.perf_counter() - start

    def _generate(
        self, prompt: str, tokens: int, chain: str = "greedy", sequences: int = 1
    ) -> tuple[float, float]:
        """Seconds to the first token, and for each one after every sequence has its first."""
        request = GenerationRequest(
            prompt=prompt, model=self._folder, device=DEVICE, dtype=self._dtype, chain=chain,
            max_tokens=tokens, n=sequences, seed=1,
        )  # fmt: skip
        start = time.perf_counter()
        stamps = []
        for event in self._engine.start(request):
            if isinstance(event, Token):
                stamps.append(time.perf_counter())
            elif isinstance(event, Finished) and event.reason != "length":
                raise RuntimeError(f"stopped early: {event.reason} {event.error or ''}")
        rest = len(stamps) - sequences
        return stamps[0] - start, (stamps[-1] - stamps[sequences - 1]) / max(rest, 1)


def seconds_per_read(model: LanguageModel, prompt: str, tokens: int) -> float:
    """Seconds for a token of a greedy loop over `model.read`, without an engine."""
    ids = model.tokenizer.encode(prompt)
    reading = model.read([Read(model.start(), ids, logits_to_keep=1)])[0]
    start = time.perf_counter()
    for _ in range(tokens):
        token = int(reading.logits[-1].argmax())
        reading = model.read([Read(reading.state, (token,))])[0]
    return (time.perf_counter() - start) / tokens
