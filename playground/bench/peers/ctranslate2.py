"""CTranslate2, where it is installed: the random GPT-2 converted to its own format, in float32 or int8."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from playground.bench.checkpoint import cached, random_gpt2, random_text
from playground.bench.worker import threads_given


class CTranslate2:
    """One of its generators. `kind` is its compute type."""

    def __init__(self, kind: str, folder: str | None = None) -> None:
        import ctranslate2

        source = Path(folder) if folder else random_gpt2()
        converted = cached(
            f"ctranslate2-{ctranslate2.__version__}-{source.name}",
            lambda place: _convert(source, place),
        )
        self._generator: Any = ctranslate2.Generator(
            str(converted), compute_type=kind, intra_threads=threads_given()
        )

    def decode(self, context: int, tokens: int) -> float:
        """Seconds for a token after the first, the prompt having `context` of them."""
        _, each = self._generate(context, tokens)
        return each

    def first_token(self, context: int) -> float:
        """Seconds from a prompt to its first token."""
        first, _ = self._generate(context, 1)
        return first

    def _generate(self, context: int, tokens: int) -> tuple[float, float]:
        prompt = list(random_text(context))  # a letter is a token
        start = time.perf_counter()
        steps = self._generator.generate_tokens(prompt, max_length=tokens, min_length=tokens)
        stamps = [time.perf_counter() for _ in steps]
        if len(stamps) != tokens:
            raise RuntimeError(f"{len(stamps)} tokens instead of {tokens}")
        return stamps[0] - start, (stamps[-1] - stamps[0]) / max(tokens - 1, 1)


def _convert(source: Path, place: Path) -> None:
    from ctranslate2.converters import TransformersConverter

    converter: Any = TransformersConverter(str(source))
    converter.convert(str(place), force=True)
