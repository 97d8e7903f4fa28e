"""`transformers.generate` in float32: what every generation benchmark is held against."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from playground.bench.checkpoint import random_gpt2, random_text

if TYPE_CHECKING:
    from torch import Tensor


class Transformers:
    """The random GPT-2 in transformers, as `from_pretrained` gives it."""

    def __init__(self, folder: str | None = None) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        chatter: Any = logging
        chatter.set_verbosity_error()
        chatter.disable_progress_bar()
        self._folder = folder or str(random_gpt2())
        self._read_model = AutoModelForCausalLM.from_pretrained
        self._read_tokenizer = AutoTokenizer.from_pretrained
        self._tokenizer = self._read_tokenizer(self._folder)
        self._model: Any = self._read_model(self._folder, dtype="float32")

    def decode(self, context: int, tokens: int) -> float:
        """Seconds for a token after the first, the prompt having `context` of them."""
        _, each = self._generate(context, tokens, do_sample=False)
        return each

    def decode_many(self, context: int, tokens: int, sequences: int) -> float:
        """Seconds for a token, `sequences` of them being drawn side by side."""
        _, each = self._generate(
            context,
            tokens,
            num_return_sequences=sequences,
            do_sample=True,
            temperature=0.8,
            top_k=50,
        )
        return each / sequences

    def first_token(self, context: int) -> float:
        """Seconds from a prompt to its first token."""
        first, _ = self._generate(context, 1, do_sample=False)
        return first

    def load(self) -> float:
        """Seconds until the model and its tokenizer are ready."""
        start = time.perf_counter()
        self._read_tokenizer(self._folder)
        self._read_model(self._folder, dtype="float32")
        return time.perf_counter() - start

    def _generate(self, context: int, tokens: int, **options: Any) -> tuple[float, float]:
        """Seconds to the first step's end, and for each step after it."""
        prompt = random_text(context)
        stamps = Stamps()
        start = time.perf_counter()
        encoded = self._tokenizer(prompt, return_tensors="pt")
        self._model.generate(
            **encoded, max_new_tokens=tokens, min_new_tokens=tokens, streamer=stamps, **options
        )
        if len(stamps.times) != tokens:
            raise RuntimeError(f"{len(stamps.times)} steps instead of {tokens}")
        return stamps.times[0] - start, (stamps.times[-1] - stamps.times[0]) / max(tokens - 1, 1)


class Stamps:
    """A streamer that notes when each step ends."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._seen_prompt = False

    def put(self, value: Tensor) -> None:
        """Called with the prompt, then with the tokens of each step."""
        if self._seen_prompt:
            self.times.append(time.perf_counter())
        self._seen_prompt = True

    def end(self) -> None:
        """Called when the text is complete."""
